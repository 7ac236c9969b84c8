package api_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

type hit struct {
	Kind         string
	ID           uuid.UUID
	ThreadID     *uuid.UUID `json:"thread_id"`
	CreatorName  string     `json:"creator_name"`
	CampaignName string     `json:"campaign_name"`
	Title        string
	Author       string
	Files        int
	Snippet      []struct {
		Text string
		Hit  bool
	}
	Link string
}

// text is the snippet with brackets around what was found.
func (h hit) text() string {
	var b strings.Builder
	for _, p := range h.Snippet {
		if p.Hit {
			b.WriteString("[" + p.Text + "]")
		} else {
			b.WriteString(p.Text)
		}
	}
	return b.String()
}

// archive is a desk with a thread in which something was written.
type archive struct {
	*desk

	thread uuid.UUID
}

func newArchive(t *testing.T) archive {
	t.Helper()
	a := archive{newDesk(t), id()}
	a.sql(t, `insert into threads (id, partnership_id, brand_id, creator_id, subject) values ($1, $2, $3, $4, 'Spring')`, a.thread, a.partnership, a.world.one, a.creator)
	return a
}

// write keeps something said, so many minutes ago.
func (a archive) write(t *testing.T, minutes int, direction, channel, kind, state, subject, text string, files int) uuid.UUID {
	t.Helper()
	message := id()
	a.sql(t, `insert into messages (id, thread_id, partnership_id, brand_id, creator_id, direction, channel, kind, state, subject, body_text, files, at, author_id)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, now() - make_interval(mins => $13), $14)`,
		message, a.thread, a.partnership, a.world.one, a.creator, direction, channel, kind, state, subject, text, files, minutes, a.users["ops@one.example"])
	return message
}

// find searches as somebody.
func (a archive) find(t *testing.T, who, words string, filters ...string) []hit {
	t.Helper()
	list, _ := a.page(t, who, words, filters...)
	return list
}

func (a archive) page(t *testing.T, who, words string, filters ...string) ([]hit, string) {
	t.Helper()
	q := url.Values{"q": {words}}
	for i := 0; i < len(filters); i += 2 {
		q.Set(filters[i], filters[i+1])
	}
	res := a.as(t, who).send(t, "GET", "/v1/search/texts?"+q.Encode(), nil)
	require.Equal(t, 200, res.status, "%s", res.body)
	var got struct {
		Items      []hit
		NextCursor string `json:"next_cursor"`
	}
	res.into(t, &got)
	return got.Items, got.NextCursor
}

func idsOfHits(list []hit) []uuid.UUID {
	found := make([]uuid.UUID, 0, len(list))
	for _, h := range list {
		found = append(found, h.ID)
	}
	return found
}

func TestWhatWasWrittenIsFoundWhereItStands(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	const ops = "ops@one.example"
	mail := a.write(t, 30, "out", "email", "transactional", "delivered", "The tripod", "We send you a carbon tripod on Monday. {{portal_link}}", 0)
	reply := a.write(t, 20, "in", "email", "reply", "matched", "Re: The tripod", "Danke, das Stativ (tripod) ist schön.", 2)
	note := a.write(t, 10, "internal", "note", "", "logged", "", "She wants the tripod in black.", 0)
	a.sql(t, `update submissions set caption = 'Look at this tripod! #ad', created_at = now() - interval '5 minutes' where id = $1`, a.submission)
	a.sql(t, `insert into contracts (id, partnership_id, brand_id, offer_id, term, state, body, body_sha256, fee, currency, terms, created_at)
		select $1, $2, $3, $4, 2, 'drafting', 'The creator keeps the tripod.', '\x00', 1, 'eur', terms, now() - interval '1 minute' from contracts limit 1`,
		id(), a.partnership, a.world.one, a.secondOffer(t))
	draft := one[uuid.UUID](t, a.desk, `select id from contracts where term = 2`)

	found := a.find(t, ops, "tripod")
	require.Equal(t, []uuid.UUID{draft, a.submission, note, reply, mail}, idsOfHits(found), "newest first")
	byID := map[uuid.UUID]hit{}
	for _, h := range found {
		byID[h.ID] = h
		require.Equal(t, "Mia Lens", h.CreatorName)
		require.Equal(t, "Spring", h.CampaignName)
		require.Contains(t, h.text(), "[tripod]", h.Kind)
	}
	require.Equal(t, "/contracts/"+draft.String(), byID[draft].Link)
	require.Equal(t, "/reviews/"+a.review.String(), byID[a.submission].Link)
	require.Equal(t, "Launch video, version 1", byID[a.submission].Title)
	require.Equal(t, "/inbox?thread="+a.thread.String()+"&message="+note.String(), byID[note].Link)
	require.Equal(t, "Note", byID[note].Title)
	require.Equal(t, "note", byID[note].Kind)
	require.Equal(t, "Ms ops", byID[note].Author)
	require.Equal(t, "Mia Lens", byID[reply].Author)
	require.Equal(t, 2, byID[reply].Files)
	require.Equal(t, "message", byID[mail].Kind)
	require.NotContains(t, byID[mail].text(), "portal_link")

	for _, tc := range []struct {
		words string
		want  []uuid.UUID
	}{
		{"trip", []uuid.UUID{draft, a.submission, note, reply, mail}}, // the last word may be the beginning of one
		{"tripo carbon", nil}, // the first may not
		{"carbon tripod", []uuid.UUID{mail}},
		{"TRIPOD schön", []uuid.UUID{reply}},
		{`"tripod on monday"`, []uuid.UUID{mail}},
		{`"monday tripod"`, nil},
		{"tripod -black -carbon -keeps -look", []uuid.UUID{reply}},
		{"carbon or black", []uuid.UUID{note, mail}},
		{"stativ", []uuid.UUID{reply}},
		{"C-0000", []uuid.UUID{draft, a.contract}}, // by its number
	} {
		require.ElementsMatch(t, tc.want, idsOfHits(a.find(t, ops, tc.words)), tc.words)
	}
	for _, nothing := range []string{" ", "!!", `"`, `'`, "-", "&|!():*", `\`, "-tripod", "%", "\x00"[:0] + "§"} {
		require.Empty(t, a.find(t, ops, nothing), "%q", nothing)
	}

	at := func(minutes int) string {
		return time.Now().Add(-time.Duration(minutes) * time.Minute).UTC().Format(time.RFC3339)
	}
	other := id().String()
	for _, tc := range []struct {
		filters []string
		want    []uuid.UUID
	}{
		{[]string{"kind", "message"}, []uuid.UUID{reply, mail}},
		{[]string{"kind", "note"}, []uuid.UUID{note}},
		{[]string{"kind", "contract"}, []uuid.UUID{draft}},
		{[]string{"kind", "caption"}, []uuid.UUID{a.submission}},
		{[]string{"has_files", "true"}, []uuid.UUID{reply}},
		{[]string{"has_files", "false"}, []uuid.UUID{draft, a.submission, note, mail}},
		{[]string{"from", at(25), "to", at(8)}, []uuid.UUID{note, reply}},
		{[]string{"creator_id", a.creator.String(), "kind", "note"}, []uuid.UUID{note}},
		{[]string{"creator_id", other}, nil},
		{[]string{"campaign_id", a.campaign.String(), "has_files", "true"}, []uuid.UUID{reply}},
		{[]string{"campaign_id", other}, nil},
		{[]string{"brand_id", a.world.one.String(), "kind", "note"}, []uuid.UUID{note}},
		{[]string{"brand_id", a.two.String()}, nil},
	} {
		require.ElementsMatch(t, tc.want, idsOfHits(a.find(t, ops, "tripod", tc.filters...)), "%v", tc.filters)
	}
	require.Empty(t, a.find(t, "ops@two.example", "tripod"), "another brand's")

	// The same words in the list of contracts, and in what is jumped to.
	listed := func(who string, filters ...string) []string {
		q := url.Values{}
		for i := 0; i < len(filters); i += 2 {
			q.Set(filters[i], filters[i+1])
		}
		var list struct {
			Items []struct{ ID string }
		}
		a.as(t, who).send(t, "GET", "/v1/contracts?"+q.Encode(), nil).into(t, &list)
		ids := make([]string, len(list.Items))
		for i, c := range list.Items {
			ids[i] = c.ID
		}
		return ids
	}
	both := []string{draft.String(), a.contract.String()}
	for _, tc := range []struct {
		filters []string
		want    []string
	}{
		{[]string{"q", "keeps trip"}, both[:1]},
		{[]string{"q", "Mia"}, both},
		{[]string{"q", "%"}, nil},
		{[]string{"q", "-keeps"}, nil},
		{[]string{"q", "Mia", "campaign_id", a.campaign.String(), "creator_id", a.creator.String()}, both},
		{[]string{"campaign_id", other}, nil},
		{[]string{"creator_id", other}, nil},
		{[]string{"ends_from", at(0), "ends_to", at(-60 * 24 * 1000)}, both[1:]}, // what is not signed has no end
		{[]string{"ends_to", at(0)}, nil},
	} {
		require.ElementsMatch(t, tc.want, listed(ops, tc.filters...), "%v", tc.filters)
	}
	require.Empty(t, listed("ops@two.example", "q", "tripod"), "another brand's")
	require.Empty(t, listed("ops@two.example", "q", "Mia"), "another brand's")
	jump := func(who string) string {
		return string(a.as(t, who).send(t, "GET", "/v1/search?q=keeps+tripod", nil).body)
	}
	require.Contains(t, jump(ops), `"noun":"contract"`)
	require.Contains(t, jump(ops), draft.String())
	require.NotContains(t, jump("ops@two.example"), draft.String())
	require.Equal(t, 400, a.as(t, ops).send(t, "GET", "/v1/search/texts?q=x&cursor=no", nil).status)
}

// secondOffer is an offer that no contract was made of yet.
func (a archive) secondOffer(t *testing.T) uuid.UUID {
	t.Helper()
	offer := id()
	a.sql(t, `insert into offers (id, partnership_id, brand_id, campaign_id, state, fee, currency, terms)
		select $1, partnership_id, brand_id, campaign_id, 'accepted', fee, currency, terms from offers where id = $2`, offer, a.offer)
	return offer
}

func TestWhatNobodySaidIsNotFound(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	for _, m := range [][2]string{{"internal", "delivered"}, {"code", "delivered"}, {"outreach", "prepared"}, {"outreach", "cancelled"}} {
		direction := "out"
		if m[0] == "internal" {
			direction = "internal"
		}
		a.write(t, 1, direction, "email", m[0], m[1], "", "The secret zebra.", 0)
	}
	require.Empty(t, a.find(t, "admin@one.example", "zebra"))
	a.write(t, 1, "out", "email", "outreach", "unknown", "", "The known zebra.", 0)
	require.Len(t, a.find(t, "admin@one.example", "zebra"), 1)
}

// TestPrivateThreadsAreFoundByWhoeverTakesPart: the partnership's owner, the assignee, the members, and auditors.
func TestPrivateThreadsAreFoundByWhoeverTakesPart(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	message := a.write(t, 1, "in", "email", "reply", "matched", "", "The zebra is private.", 0)
	people := []string{"ops", "approver", "legal", "auditor", "admin", "guest", "finance_preparer"}
	finders := func() []string {
		var found []string
		for _, role := range people {
			if list := a.find(t, role+"@one.example", "zebra"); len(list) > 0 {
				require.Equal(t, message, list[0].ID)
				found = append(found, role)
			}
		}
		return found
	}
	require.Equal(t, people, finders())
	a.sql(t, `update threads set privacy = 'private' where id = $1`, a.thread)
	require.Equal(t, []string{"ops", "auditor"}, finders(), "the owner, and who audits")
	a.sql(t, `update threads set assignee_id = $2 where id = $1`, a.thread, a.users["approver@one.example"])
	a.sql(t, `insert into thread_members (thread_id, brand_id, user_id) values ($1, $2, $3)`, a.thread, a.world.one, a.users["legal@one.example"])
	require.Equal(t, []string{"ops", "approver", "legal", "auditor"}, finders())
}

func TestPagesOfWhatWasFoundSkipNothing(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	// A word of every text, of some of them, and of few: each is found in another way.
	a.sql(t, `insert into messages (id, thread_id, partnership_id, brand_id, creator_id, direction, channel, state, body_text, at)
		select gen_random_uuid(), $1, $2, $3, $4, 'in', 'email', 'matched',
			'everywhere' || case when i % 100 = 0 then ' seldom' else '' end || case when i % 600 = 0 then ' hardly' else '' end, now() - (i / 2) * interval '1 minute'
		from generate_series(1, 2400) i`, a.thread, a.partnership, a.world.one, a.creator)
	for word, want := range map[string]int{"everywhere": 2400, "seldom": 24, "hardly": 4, "everywhere -seldom": 2376} {
		seen, cursor := map[uuid.UUID]bool{}, ""
		for {
			filters := []string{"limit", "47"}
			if cursor != "" {
				filters = append(filters, "cursor", cursor)
			}
			list, next := a.page(t, "ops@one.example", word, filters...)
			for _, h := range list {
				require.False(t, seen[h.ID], "twice")
				seen[h.ID] = true
			}
			if cursor = next; cursor == "" {
				break
			}
		}
		require.Len(t, seen, want, word)
	}
	list, _ := a.page(t, "ops@one.example", "everywhere", "limit", "200")
	require.Len(t, list, 50, "at most")
}

func TestSnippetsOfLongTextsShowWhatWasFound(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	a.write(t, 1, "in", "email", "reply", "matched", "", rapport.HitBegins+strings.Repeat("lorem ipsum ", 8000)+"the zebra stands here"+rapport.HitEnds, 0)
	found := a.find(t, "ops@one.example", "zebra")
	require.Len(t, found, 1)
	require.Contains(t, found[0].text(), "[zebra]")
	require.Less(t, len(found[0].text()), 600)
	require.NotContains(t, found[0].text(), rapport.HitBegins)
}
