package api_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"mime/multipart"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
	"rapport/api"
	"rapport/api/gen"
)

type homeBody struct {
	CreatorName string `json:"creator_name"`
	Next        string
	Offer       struct {
		ID    uuid.UUID
		State string
	}
	Contract     struct{ ID uuid.UUID }
	Deliverables []struct {
		State, Reviewing, Feedback string
		CanSubmit                  bool `json:"can_submit"`
		CanReportPost              bool `json:"can_report_post"`
	}
	Payments        []paymentBody
	NeedsOnboarding bool `json:"needs_onboarding"`
}

type paymentBody struct {
	State, Title string
	ExpectedAt   *time.Time `json:"expected_at"`
}

// code is the code of the newest mail.
func (d *desk) code(t *testing.T) string {
	t.Helper()
	text := one[string](t, d, `select body_text from messages where kind = 'code' order by id desc limit 1`)
	return regexp.MustCompile(`\b\d{6}\b`).FindString(text)
}

func other(code string) string {
	if code == "000000" {
		return "000001"
	}
	return "000000"
}

func TestPortalOpensWithALiveLinkOnly(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	open := func(token string) answer {
		return d.anon().send(t, "POST", "/v1/portal/session", map[string]string{"token": token})
	}
	a := open(d.link)
	require.Equal(t, 200, a.status, "%s", a.body)
	cookie := a.header.Get("Set-Cookie")
	for _, part := range []string{"__Host-portal=", "HttpOnly", "Secure", "Path=/", "Max-Age=7200"} {
		require.Contains(t, cookie, part)
	}
	require.Zero(t, one[int](t, d, `select count(*) from portal_links where token_hash = $1`, []byte(d.link)), "tokens are stored hashed")

	wrong := open("nonsense")
	require.Equal(t, 401, wrong.status)
	expired, revoked, banned := d.newLink(t), d.newLink(t), d.newLink(t)
	hash := func(token string) []byte { h := sha256.Sum256([]byte(token)); return h[:] }
	d.sql(t, `update portal_links set expires_at = now() - interval '1 minute' where token_hash = $1`, hash(expired))
	d.sql(t, `update portal_links set revoked_at = now() where token_hash = $1`, hash(revoked))
	require.Equal(t, 401, open(expired).status)
	require.Equal(t, wrong.text("detail"), open(revoked).text("detail"), "the same answer for every link that does not work")

	me := d.visitor(t)
	d.sql(t, `update creators set banned_at = now() where id = $1`, d.creator)
	require.Equal(t, wrong.text("detail"), open(banned).text("detail"))
	require.Equal(t, 401, me.send(t, "GET", "/v1/portal/home", nil).status, "a ban ends the visit")
	require.Equal(t, 401, d.anon().send(t, "GET", "/v1/portal/home", nil).status)

	for range 40 {
		a = open(uuid.NewString())
	}
	require.Equal(t, 429, a.status)
	require.NotEmpty(t, a.header.Get("Retry-After"))
}

func TestPortalHomeSaysWhatIsExpected(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	me := d.visitor(t)
	home := func() (h homeBody) {
		a := me.send(t, "GET", "/v1/portal/home", nil)
		require.Equal(t, 200, a.status, "%s", a.body)
		a.into(t, &h)
		return h
	}
	h := home()
	require.Equal(t, "Mia Lens", h.CreatorName)
	require.Equal(t, "Brand, then Legal", h.Deliverables[0].Reviewing)
	require.Equal(t, "Earned, waits for our finance team to release it", h.Payments[0].State)
	require.True(t, h.NeedsOnboarding)
	require.Contains(t, h.Next, "bank account")
	require.NotContains(t, string(me.send(t, "GET", "/v1/portal/home", nil).body), d.users["approver@one.example"].String(), "people of the house stay unnamed")
	d.sql(t, `insert into destination_holds (payout_id, brand_id, changed_at, free_at) values ($1, $2, '2026-03-02 10:00', '2100-03-05 10:00')`, d.payout, d.world.one)
	d.sql(t, `update payouts set state = 'held', held_reason = 'destination_changed' where id = $1`, d.payout)
	state := home().Payments[0].State
	require.Contains(t, state, "your bank account was changed on 2 March 2026")
	require.Contains(t, state, "until 5 March 2100")
	require.Contains(t, state, "answer our mail at once")

	d.sql(t, `update deliverables set state = 'changes_requested', round = 1`)
	d.sql(t, `update reviews set state = 'changes_requested', checks = '[{"rule":"disclosure","result":"fail","detail":"Begin with #ad."}]'`)
	d.sql(t, `insert into decisions (id, review_id, submission_id, brand_id, user_id, stage, decision, comment, state, decided_at)
		values ($1, $2, $3, $4, $5, 0, 'request_changes', 'Show the logo.', 'accepted', now())`,
		id(), d.review, d.submission, d.world.one, d.users["approver@one.example"])
	h = home()
	require.Contains(t, h.Next, "new version")
	require.Contains(t, h.Deliverables[0].Feedback, "Show the logo.")
	require.Contains(t, h.Deliverables[0].Feedback, "Begin with #ad.")
	require.True(t, h.Deliverables[0].CanSubmit)
	d.sql(t, `update deliverables set state = 'approved_to_post'`)
	h = home()
	require.Contains(t, h.Next, "Publish")
	require.True(t, h.Deliverables[0].CanReportPost)
	require.Empty(t, h.Deliverables[0].Feedback)

	// What is not earned yet is expected when its terms say.
	d.sql(t, `update contracts set state = 'executed', executed_at = now(), ends_at = now() + interval '100 days' where partnership_id = $1`, d.partnership)
	d.sql(t, `update deliverables set publish_by = '2100-03-01 12:00Z'`)
	d.sql(t, `insert into milestones (id, partnership_id, brand_id, contract_id, term, position, title, trigger, deliverable_id, amount, currency, net_days, state)
		select gen_random_uuid(), partnership_id, brand_id, id, term, 7, 'Reel', 'verified', $2, 100, currency, 3, 'pending' from contracts where partnership_id = $1`, d.partnership, d.deliverable)
	h = home()
	i := slices.IndexFunc(h.Payments, func(p paymentBody) bool { return p.Title == "Reel" })
	require.Equal(t, "2100-03-04T12:00:00Z", h.Payments[i].ExpectedAt.UTC().Format(time.RFC3339))
	d.sql(t, `update deliverables set publish_by = now() - interval '9 days'`)
	require.Nil(t, home().Payments[i].ExpectedAt, "what is late is expected at no time")

	d.sql(t, `insert into milestones (id, partnership_id, brand_id, contract_id, term, position, title, trigger, owed_on, amount, currency, net_days, state)
		select gen_random_uuid(), partnership_id, brand_id, id, term, 8, 'Later', 'date', '2100-03-02', 100, currency, 3, 'pending' from contracts where partnership_id = $1`, d.partnership)
	d.sql(t, `update contracts set ends_at = '2100-03-10 12:00Z' where partnership_id = $1`, d.partnership)
	h = home()
	i = slices.IndexFunc(h.Payments, func(p paymentBody) bool { return p.Title == "Later" })
	require.Equal(t, "Earned on 2 March 2100", h.Payments[i].State)
	zone, err := time.LoadLocation(one[string](t, d, `select c.zone from brands b join calendars c on c.id = b.calendar_id where b.id = $1`, d.world.one))
	require.NoError(t, err)
	require.Equal(t, time.Date(2100, 3, 5, 0, 0, 0, 0, zone).UTC(), h.Payments[i].ExpectedAt.UTC(), "it is owed as its day begins at the brand")
	d.sql(t, `update contracts set ends_at = '2100-03-01 12:00Z' where partnership_id = $1`, d.partnership)
	require.Equal(t, "2100-03-04T12:00:00Z", home().Payments[i].ExpectedAt.UTC().Format(time.RFC3339), "at the latest at the end of the term")
	d.sql(t, `update contracts set ends_at = now() + interval '100 days' where partnership_id = $1`, d.partnership)

	look := `insert into post_checks (deliverable_id, n, result, url, problems) values ($1, 1, $2, 'https://video.example/1', $3)`
	d.sql(t, `update deliverables set state = 'posted', posted_at = now()`)
	d.sql(t, look, d.deliverable, "mismatch", []string{"disclosure_missing", "promo_code_wrong"})
	h = home()
	require.Contains(t, h.Next, "right. What is missing stands below.")
	require.Equal(t, "The post does not say that it is an advertisement.\nThe promo code is missing or another one.", h.Deliverables[0].Feedback)
	me.with("Accept-Language", "de").send(t, "GET", "/v1/portal/home", nil).into(t, &h)
	require.Equal(t, "Im Beitrag steht nicht, dass das Werbung ist.\nDer Rabattcode fehlt oder ist ein anderer.", h.Deliverables[0].Feedback)
	d.sql(t, look, d.deliverable, "ok", []string{})
	h = home()
	require.Empty(t, h.Deliverables[0].Feedback)
	require.NotContains(t, h.Next, "right")
}

func TestOfferIsDecidedOnThePortal(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	me := d.visitor(t)
	path := "/v1/portal/offers/" + d.offer.String() + "/decisions"
	a := me.keyed().send(t, "POST", path, map[string]any{"decision": "accept"})
	require.Equal(t, 409, a.status)
	require.Equal(t, "accepted", a.text("state"))
	d.sql(t, `update offers set state = 'sent'`)
	require.Equal(t, []string{"counter unchanged"}, me.keyed().send(t, "POST", path, map[string]any{"decision": "counter"}).fields(t))
	a = me.keyed().send(t, "POST", path, map[string]any{"decision": "counter", "counter": map[string]any{"amount": 5, "currency": "usd"}})
	require.Equal(t, []string{"counter.currency other_currency"}, a.fields(t))
	require.Equal(t, 404, me.keyed().send(t, "POST", "/v1/portal/offers/"+uuid.NewString()+"/decisions", map[string]any{"decision": "accept"}).status)
	require.Empty(t, d.flows.commands())

	a = me.keyed().send(t, "POST", path, map[string]any{"decision": "counter", "counter": eur(120000), "message": "More work than it looks."})
	require.Equal(t, 200, a.status, "%s", a.body)
	got := d.flows.commands()
	require.Equal(t, rapport.Command{ID: got[0].ID, Kind: rapport.CmdCounterOffer, Ref: d.offer, Amount: rapport.Money{Amount: 120000, Currency: "eur"}}, got[0])
	require.EqualValues(t, 120000, one[int64](t, d, `select counter_fee from offers`))
	require.Equal(t, "Join us", one[string](t, d, `select message from offers`), "what the brand wrote stays")
	require.Equal(t, 1, one[int](t, d, `select count(*) from messages where channel = 'portal' and body_text = 'More work than it looks.'`))
	require.Equal(t, 200, me.keyed().send(t, "POST", path, map[string]any{"decision": "accept"}).status)
	require.Equal(t, 200, me.keyed().send(t, "POST", path, map[string]any{"decision": "decline"}).status)
	got = d.flows.commands()
	require.Equal(t, []rapport.CommandKind{rapport.CmdAcceptOffer, rapport.CmdDeclineOffer}, []rapport.CommandKind{got[1].Kind, got[2].Kind})
}

func TestCodeIsMailedKeptHashedAndCountsOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	me := d.visitor(t)
	ask := func() answer { return me.keyed().send(t, "POST", "/v1/portal/codes", map[string]any{}) }
	require.Equal(t, 204, ask().status)
	code := d.code(t)
	require.Len(t, code, 6)
	require.Equal(t, 1, one[int](t, d, `select count(*) from outbox where workflow = 'Message' and workflow_id = 'message/' || (select id from messages where kind = 'code')::text`))
	require.Zero(t, one[int](t, d, `select count(*) from outbox where input::text like '%' || $1 || '%'`, code), "the code reaches no workflow")
	plain := sha256.Sum256([]byte(code))
	require.Zero(t, one[int](t, d, `select count(*) from portal_codes where code_hash = $1`, plain[:]))
	require.Equal(t, "mia@mail.example", one[string](t, d, `select to_address from messages where kind = 'code'`))

	for range 4 {
		require.Equal(t, 204, ask().status)
	}
	a := ask()
	require.Equal(t, 429, a.status, "five an hour")
	require.NotEmpty(t, a.header.Get("Retry-After"))
	require.Equal(t, 5, one[int](t, d, `select count(*) from messages where kind = 'code'`))
}

// TestSeveralThreadsKeepTheCreatorsPageWhole: codes and what a creator writes there go to the partnership's own thread, wherever that went.
func TestSeveralThreadsKeepTheCreatorsPageWhole(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	main, other := id(), id()
	for thread, own := range map[uuid.UUID]bool{main: true, other: false} {
		d.sql(t, `insert into threads (id, partnership_id, brand_id, creator_id, main) values ($1, $2, $3, $4, $5)`, thread, d.partnership, d.world.one, d.creator, own)
	}
	me := d.visitor(t)
	for _, want := range []uuid.UUID{main, other} {
		a := me.keyed().send(t, "POST", "/v1/portal/codes", map[string]any{})
		require.Less(t, a.status, 300, "%s", a.body)
		require.Equal(t, want, one[uuid.UUID](t, d, `select thread_id from messages where kind = 'code' order by id desc limit 1`))
		d.sql(t, `delete from portal_codes`)
		d.sql(t, `update threads set merged_into = $2 where id = $1`, main, other)
	}
}

func TestContractIsSignedWithTheMailedCode(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	me := d.visitor(t)
	path := "/v1/portal/contracts/" + d.contract.String()
	sum := sha256.Sum256([]byte(contractText))
	hash := hex.EncodeToString(sum[:])
	sign := func(code string) map[string]any {
		return map[string]any{"decision": "sign", "name": "Mia Lens", "code": code, "text_sha256": hash, "consent": rapport.Consent(rapport.PartyCreator)}
	}
	require.Equal(t, 409, me.keyed().send(t, "POST", path+"/signatures", sign("123456")).status, "it is executed already")
	d.sql(t, `update contracts set state = 'out_for_signature', executed_at = null, expires_at = now() + interval '14 days'`)
	var c struct {
		Text       string
		TextSHA256 string `json:"text_sha256"`
	}
	me.send(t, "GET", path, nil).into(t, &c)
	require.Equal(t, contractText, c.Text)
	require.Equal(t, hash, c.TextSHA256)

	a := me.keyed().send(t, "POST", path+"/signatures", map[string]any{"decision": "sign", "text_sha256": "00"})
	require.ElementsMatch(t, []string{"name required", "text_sha256 another_text", "code required", "consent required"}, a.fields(t))
	require.Equal(t, []string{"code expired"}, me.keyed().send(t, "POST", path+"/signatures", sign("123456")).fields(t), "none was asked for")

	require.Equal(t, 204, me.keyed().send(t, "POST", "/v1/portal/codes", map[string]any{}).status)
	code := d.code(t)
	for range 5 {
		require.Equal(t, []string{"code wrong"}, me.keyed().send(t, "POST", path+"/signatures", sign(other(code))).fields(t))
	}
	require.Equal(t, []string{"code spent"}, me.keyed().send(t, "POST", path+"/signatures", sign(code)).fields(t), "five tries and no more")
	require.Zero(t, one[int](t, d, `select count(*) from signatures`))

	require.Equal(t, 204, me.keyed().send(t, "POST", "/v1/portal/codes", map[string]any{}).status)
	code = d.code(t)
	d.sql(t, `update portal_codes set expires_at = now() - interval '1 second' where used_at is null`)
	require.Equal(t, []string{"code expired"}, me.keyed().send(t, "POST", path+"/signatures", sign(code)).fields(t))
	d.sql(t, `update portal_codes set expires_at = now() + interval '1 minute'`)
	a = me.keyed().with("User-Agent", "Phone").send(t, "POST", path+"/signatures", sign(code))
	require.Equal(t, 200, a.status, "%s", a.body)
	require.Equal(t, rapport.CmdSignContract, d.flows.commands()[0].Kind)
	require.Equal(t, "Mia Lens/Phone/127.0.0.1", one[string](t, d, `select name || '/' || agent || '/' || address from signatures where party = 'creator' and contact_id = $1`, d.contact))
	require.Equal(t, 1, one[int](t, d, `select count(*) from portal_codes where used_at is not null`))
	require.Equal(t, rapport.Consent(rapport.PartyCreator)+"/mailed_code/mia@mail.example", one[string](t, d, `select consent || '/' || identity || '/' || identity_address from signatures`))
	require.True(t, one[bool](t, d, `select s.identity_at = k.created_at from signatures s join portal_codes k on k.used_at is not null`), "the certificate says which code it was")

	d.sql(t, `delete from signatures`)
	require.Equal(t, []string{"code expired"}, me.keyed().send(t, "POST", path+"/signatures", sign(code)).fields(t), "a code counts once")
	require.Equal(t, 422, me.keyed().send(t, "POST", path+"/signatures", map[string]any{"decision": "decline", "message": strings.Repeat("a", 20_001)}).status)
	declines := me.keyed()
	for range 2 { // pressed twice it is said once
		require.Equal(t, 200, declines.send(t, "POST", path+"/signatures", map[string]any{"decision": "decline", "message": " Clause 4 is too long. "}).status)
	}
	require.Equal(t, rapport.CmdDeclineContract, d.flows.commands()[1].Kind)
	require.Equal(t, []string{"Clause 4 is too long."}, one[[]string](t, d,
		`select array_agg(body_text) from messages where direction = 'in' and channel = 'portal' and partnership_id = $1`, d.partnership))
	require.Equal(t, 200, me.keyed().send(t, "POST", path+"/signatures", map[string]any{"decision": "decline"}).status, "the words are optional")
	require.Equal(t, 404, me.send(t, "GET", "/v1/portal/contracts/"+uuid.NewString(), nil).status)
	d.sql(t, `update contracts set sent_at = null`)
	require.Equal(t, 404, me.send(t, "GET", path, nil).status, "what was not sent yet is not shown")
}

// draft is the form of a submission.
func draft(t *testing.T, name string, content []byte, fields ...string) (string, []byte) {
	t.Helper()
	var form bytes.Buffer
	m := multipart.NewWriter(&form)
	for i := 0; i+1 < len(fields); i += 2 {
		require.NoError(t, m.WriteField(fields[i], fields[i+1]))
	}
	if content != nil {
		part, err := m.CreateFormFile("file", name)
		require.NoError(t, err)
		_, err = part.Write(content)
		require.NoError(t, err)
	}
	require.NoError(t, m.Close())
	return m.FormDataContentType(), form.Bytes()
}

var png = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR") //nolint:gochecknoglobals // a constant

func TestDraftIsSubmitted(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	me := d.visitor(t)
	path := "/v1/portal/deliverables/" + d.deliverable.String() + "/submissions"
	send := func(c call, name string, content []byte, fields ...string) answer {
		media, form := draft(t, name, content, fields...)
		return c.with("Content-Type", media).send(t, "POST", path, form)
	}
	require.Equal(t, []string{"caption required"}, send(me.keyed(), "a.png", png).fields(t))
	require.Equal(t, []string{"extra unknown_field"}, send(me.keyed(), "a.png", png, "caption", "#ad", "extra", "x").fields(t))
	a := send(me.keyed(), "a.png", []byte("MZ\x90\x00 a program"), "caption", "#ad")
	require.Equal(t, 415, a.status)
	require.Equal(t, []string{"file bad_type"}, a.fields(t), "the name is not believed")
	require.Equal(t, 415, send(me.keyed(), "a.svg", []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>`), "caption", "#ad").status)
	require.Equal(t, 413, send(me.keyed(), "a.png", append(bytes.Clone(png), make([]byte, 25<<20)...), "caption", "#ad").status)
	require.Equal(t, []string{"file empty"}, send(me.keyed(), "a.png", []byte{}, "caption", "#ad").fields(t))
	media, form := draft(t, "a.png", png, "caption", "#ad")
	require.Equal(t, 400, me.keyed().with("Content-Type", media).send(t, "POST", path, form[:len(form)/2]).status, "half a form")
	require.Equal(t, 404, me.keyed().with("Content-Type", media).send(t, "POST", "/v1/portal/deliverables/"+uuid.NewString()+"/submissions", form).status)
	require.Empty(t, d.flows.commands())

	keyed := me.keyed()
	a = send(keyed, `C:\Bilder\Entwurf.png`, png, "caption", " #ad Look again ", "note", "Second try")
	require.Equal(t, 200, a.status, "%s", a.body)
	got := d.flows.commands()
	require.Len(t, got, 1)
	require.Equal(t, rapport.Command{ID: got[0].ID, Kind: rapport.CmdSubmit, Ref: d.deliverable, Ref2: got[0].Ref2}, got[0])
	require.Equal(t, "2/submitted/#ad Look again/Entwurf.png/image/png",
		one[string](t, d, `select version || '/' || state || '/' || caption || '/' || file_name || '/' || b.content_type
		from submissions s join blobs b on b.sha256 = s.file_sha256 where id = $1`, got[0].Ref2))
	require.Equal(t, 200, send(keyed, `C:\Bilder\Entwurf.png`, png, "caption", " #ad Look again ", "note", "Second try").status)
	require.Equal(t, 2, one[int](t, d, `select count(*) from submissions`), "the same key is the same version")

	d.flows.refuse("deliverable_state")
	require.Equal(t, 409, send(me.keyed(), "a.png", png, "caption", "#ad").status)
	require.Equal(t, 1, one[int](t, d, `select count(*) from submissions where state = 'refused'`))
	d.sql(t, `update deliverables set state = 'accepted'`)
	require.Equal(t, "deliverable_state", send(me.keyed(), "a.png", png, "caption", "#ad").text("code"))
	require.Equal(t, 3, one[int](t, d, `select count(*) from submissions`))
}

func TestPostIsReportedOnThePublicInternetOnly(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.sql(t, `update deliverables set state = 'approved_to_post'`)
	me := d.visitor(t)
	path := "/v1/portal/deliverables/" + d.deliverable.String() + "/post"
	for _, address := range []string{
		"http://127.0.0.1/x", "https://127.0.0.1/x", "https://[::1]/", "https://10.0.0.8/", "https://192.168.1.1/", "https://169.254.169.254/latest/meta-data",
		"https://localhost/", "https://db.internal/", "https://intranet/", "https://[::ffff:127.0.0.1]/", "https://video.example:8443/x", "https://0.0.0.0/",
	} {
		a := me.keyed().send(t, "POST", path, map[string]string{"url": address})
		require.Equal(t, 422, a.status, address)
		require.Equal(t, []string{"url private_address"}, a.fields(t), address)
	}
	for _, address := range []string{"", "video.example", "javascript:alert(1)", "ftp://video.example/", "https://me:pass@video.example/", "https://" + strings.Repeat("a", 3000)} {
		require.Equal(t, []string{"url bad_url"}, me.keyed().send(t, "POST", path, map[string]string{"url": address}).fields(t), address)
	}
	require.Empty(t, d.flows.commands())
	a := me.keyed().send(t, "POST", path, map[string]string{"url": " https://video.example/watch?v=1 "})
	require.Equal(t, 200, a.status, "%s", a.body)
	require.Equal(t, "https://video.example/watch?v=1", one[string](t, d, `select post_url from deliverables`))
	require.Equal(t, rapport.CmdReportPost, d.flows.commands()[0].Kind)
}

func TestPostAddressIsJudgedByTheGuardedClient(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(c *api.Config) {
		c.Outside.CheckURL = func(address string) error {
			if strings.Contains(address, "sandbox") {
				return nil
			}
			return errors.New("refused")
		}
	})
	d.sql(t, `update deliverables set state = 'approved_to_post'`)
	me := d.visitor(t)
	path := "/v1/portal/deliverables/" + d.deliverable.String() + "/post"
	require.Equal(t, 422, me.keyed().send(t, "POST", path, map[string]string{"url": "https://video.example/"}).status)
	require.Equal(t, 200, me.keyed().send(t, "POST", path, map[string]string{"url": "http://sandbox:8070/posts/1"}).status)
}

// bank stands for the payment provider's onboarding.
type bank struct{ down bool }

func (b *bank) OnboardingLink(_ context.Context, account, _, _ string) (string, time.Time, error) {
	if b.down {
		return "", time.Time{}, errors.New("no answer from sk_test_secret")
	}
	return "https://connect.example/" + account, time.Now().Add(5 * time.Minute), nil
}

func (b *bank) LoginLink(_ context.Context, account string) (string, error) {
	if b.down {
		return "", errors.New("no answer from sk_test_secret")
	}
	return "https://connect.example/express/" + account, nil
}

// TestACreatorChangesTheBankAccountAtStripe: whose account is set up is led to it, by a code as well.
func TestACreatorChangesTheBankAccountAtStripe(t *testing.T) {
	t.Parallel()
	stripe := &bank{down: true}
	d := newDesk(t, func(c *api.Config) { c.Outside.Onboarder = stripe })
	d.sql(t, `update payees set state = 'ready'`)
	me := d.visitor(t)
	path := "/v1/portal/onboarding-links"
	require.Equal(t, []string{"code expired"}, me.keyed().send(t, "POST", path, map[string]string{"code": "123456"}).fields(t))
	require.Equal(t, 204, me.keyed().send(t, "POST", "/v1/portal/codes", map[string]any{}).status)
	code := d.code(t)
	down := me.keyed().send(t, "POST", path, map[string]string{"code": code})
	require.Equal(t, 503, down.status)
	require.NotContains(t, string(down.body), "sk_test")
	stripe.down = false
	a := me.keyed().send(t, "POST", path, map[string]string{"code": code})
	require.Equal(t, 200, a.status, "%s", a.body)
	require.JSONEq(t, `{"url": "https://connect.example/express/acct_mia"}`, string(a.body))
}

func TestOnboardingLinkAsksForTheCode(t *testing.T) {
	t.Parallel()
	stripe := &bank{down: true}
	d := newDesk(t, func(c *api.Config) { c.Outside.Onboarder = stripe })
	me := d.visitor(t)
	path := "/v1/portal/onboarding-links"
	require.Equal(t, []string{"code expired"}, me.keyed().send(t, "POST", path, map[string]string{"code": "123456"}).fields(t))
	require.Equal(t, 204, me.keyed().send(t, "POST", "/v1/portal/codes", map[string]any{}).status)
	code := d.code(t)
	require.Equal(t, []string{"code wrong"}, me.keyed().send(t, "POST", path, map[string]string{"code": other(code)}).fields(t))
	require.Equal(t, 1, one[int](t, d, `select tries from portal_codes`), "a failed try counts although nothing else was written")
	a := me.keyed().send(t, "POST", path, map[string]string{"code": code})
	require.Equal(t, 503, a.status)
	require.NotContains(t, string(a.body), "sk_test")
	stripe.down = false
	a = me.keyed().send(t, "POST", path, map[string]string{"code": code})
	require.Equal(t, 200, a.status, "%s", a.body)
	require.Equal(t, "https://connect.example/acct_mia", a.text("url"))
	require.Equal(t, []string{"code expired"}, me.keyed().send(t, "POST", path, map[string]string{"code": code}).fields(t))
	d.sql(t, `update payees set account_id = null, state = 'invited'`)
	require.Equal(t, 409, me.keyed().send(t, "POST", path, map[string]string{"code": code}).status)
}

func TestUnsubscribe(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.sql(t, `update partnerships set stage = 'outreach'`)
	path := "/unsubscribe/" + d.link
	page := d.anon().with("Accept", "text/html").send(t, "GET", path, nil)
	require.Equal(t, 200, page.status)
	require.Contains(t, string(page.body), `<form method="post">`)
	unknown := d.anon().send(t, "GET", "/unsubscribe/nonsense", nil)
	require.Equal(t, page.body, unknown.body, "GET tells nothing")
	require.Zero(t, one[int](t, d, `select count(*) from suppressions`), "GET changes nothing")
	require.Equal(t, 404, d.anon().send(t, "POST", "/unsubscribe/nonsense", nil).status)

	d.sql(t, `update portal_links set expires_at = now() - interval '1 day'`)
	for range 2 { // one click of RFC 8058: no cookie, no origin
		a := d.anon().with("Content-Type", "application/x-www-form-urlencoded").send(t, "POST", path, "List-Unsubscribe=One-Click")
		require.Equal(t, 200, a.status, "%s", a.body)
	}
	require.Equal(t, 1, one[int](t, d, `select count(*) from suppressions where email = 'mia@mail.example' and brand_id = $1 and reason = 'unsubscribe'`, d.world.one))
	require.Equal(t, 1, one[int](t, d, `select count(*) from outbox where kind = 'signal' and workflow_id = $1 and input ->> 'code' = 'unsubscribe'`, "partnership/"+d.partnership.String()))
	a := d.anon().with("Sec-Fetch-Site", "cross-site").send(t, "POST", path, "")
	require.Equal(t, 403, a.status)
}

func TestPortalUnsubscribe(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	me := d.visitor(t)
	require.Equal(t, 204, me.keyed().send(t, "POST", "/v1/portal/unsubscribe", map[string]any{}).status)
	require.Equal(t, 1, one[int](t, d, `select count(*) from suppressions`))
	require.Zero(t, one[int](t, d, `select count(*) from outbox where kind = 'signal'`), "a running contract goes on")
}

func TestPortalVisitReachesItsOwnPartnershipOnly(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	foreign := id()
	d.sql(t, `insert into campaigns select $1, brand_id, 'Autumn', state, brief, budget, currency, starts_on, ends_on, owner_id, default_fee, terms, sequence_id, policy_id, hashtags
		from campaigns`, foreign)
	partnership, offer, contract := id(), id(), id()
	d.sql(t, `insert into partnerships (id, brand_id, campaign_id, creator_id, owner_id, stage) select $1, brand_id, $2, creator_id, owner_id, 'active' from partnerships`, partnership, foreign)
	d.sql(t, `insert into offers (id, partnership_id, brand_id, campaign_id, state, fee, currency, terms, sent_at)
		select $1, $2, brand_id, $3, 'sent', fee, currency, terms, now() from offers`, offer, partnership, foreign)
	d.sql(t, `insert into contracts (id, partnership_id, brand_id, offer_id, term, state, body, body_sha256, fee, currency, terms, sent_at)
		select $1, $2, brand_id, $3, 1, 'out_for_signature', body, body_sha256, fee, currency, terms, now() from contracts`, contract, partnership, offer)
	me := d.visitor(t)
	require.Equal(t, 404, me.send(t, "GET", "/v1/portal/contracts/"+contract.String(), nil).status)
	require.Equal(t, 404, me.keyed().send(t, "POST", "/v1/portal/offers/"+offer.String()+"/decisions", map[string]any{"decision": "accept"}).status)
	require.Equal(t, 404, me.keyed().send(t, "POST", "/v1/portal/contracts/"+contract.String()+"/signatures", map[string]any{"decision": "decline"}).status)
	require.Equal(t, 401, me.send(t, "GET", "/v1/partnerships", nil).status, "a visit is no sign-in")
	require.Empty(t, d.flows.commands())
}

func TestAVisitGoesOnAtAnotherPartnershipWithTheBrand(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	hash := func(token string) []byte { h := sha256.Sum256([]byte(token)); return h[:] }
	d.sql(t, `update campaigns set name = 'Launch' where id = $1`, d.campaign)
	also := func(campaign string) work {
		w := d.seed(t, d.world.one, "one.example")
		d.sql(t, `update campaigns set name = $2 where id = $1`, w.campaign, campaign)
		d.sql(t, `delete from portal_links where partnership_id = $1`, w.partnership)
		return w
	}
	second, elsewhere := also("Autumn"), d.seed(t, d.world.two, "two.example")
	unheard, expired, revoked, agents := also("Unheard"), also("Expired"), also("Revoked"), also("Of the agent")
	d.linkTo(t, second)
	d.sql(t, `update portal_links set expires_at = now() - interval '1 minute' where token_hash = $1`, hash(d.linkTo(t, expired)))
	d.sql(t, `update portal_links set revoked_at = now() where token_hash = $1`, hash(d.linkTo(t, revoked)))
	agents.contact = id()
	d.sql(t, `insert into contacts (id, creator_id, role, email) values ($1, $2, 'manager', 'agent@mail.example')`, agents.contact, d.creator)
	d.linkTo(t, agents)
	another := also("Of another") // of somebody else, who has the same agent
	stranger := id()
	d.sql(t, `insert into creators (id, name) values ($1, 'Another')`, stranger)
	d.sql(t, `update partnerships set creator_id = $2 where id = $1`, another.partnership, stranger)
	d.linkTo(t, another)

	me := d.visitor(t)
	ends := one[time.Time](t, d, `select max(expires_at) from portal_sessions`)
	home := func(a answer) (h gen.PortalHome) {
		require.Equal(t, 200, a.status, "%s", a.body)
		a.into(t, &h)
		return h
	}
	others := home(me.send(t, "GET", "/v1/portal/home", nil)).Others
	require.Equal(t, []gen.PortalOther{{Id: second.partnership, CampaignName: "Autumn", State: "Running"}}, others)
	visit := func(to uuid.UUID) answer {
		return me.keyed().send(t, "POST", "/v1/portal/partnerships/"+to.String()+"/visit", map[string]any{})
	}
	for _, w := range []work{elsewhere, unheard, expired, revoked, agents, another} {
		require.Equal(t, 404, visit(w.partnership).status)
	}
	require.Equal(t, 404, visit(id()).status)
	require.Equal(t, "Launch", home(me.send(t, "GET", "/v1/portal/home", nil)).CampaignName)

	h := home(visit(second.partnership))
	require.Equal(t, "Autumn", h.CampaignName)
	require.Equal(t, second.milestone, h.Payments[0].Id)
	require.Equal(t, []gen.PortalOther{{Id: d.partnership, CampaignName: "Launch", State: "Running"}}, h.Others, "and back")
	require.Equal(t, 200, me.send(t, "GET", "/v1/portal/contracts/"+second.contract.String(), nil).status)
	require.Equal(t, 404, me.send(t, "GET", "/v1/portal/contracts/"+d.contract.String(), nil).status, "it reaches one at a time")
	require.Equal(t, ends, one[time.Time](t, d, `select max(expires_at) from portal_sessions`), "going on makes the visit no longer")
	d.sql(t, `update portal_links set revoked_at = now() where partnership_id = $1`, second.partnership)
	require.Equal(t, 401, me.send(t, "GET", "/v1/portal/home", nil).status, "it ends with the link that it is on")
}
