package worker_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

// contracted brings a partnership to the point where its content is made: by rows, because another test walks there.
func (b *bundle) contracted(name string) (partnership, deliverable uuid.UUID) {
	b.t.Helper()
	id := b.start(name)
	b.until("outreach", `select stage from partnerships where id = $1`, id)
	b.accepted("partnership", id, rapport.Command{Kind: rapport.CmdLogReply, Actor: b.ops})
	offer := uuid.New()
	b.exec(`insert into offers (id, partnership_id, brand_id, campaign_id, fee, currency, terms) select $1, $2, brand_id, id, 100000, 'usd', terms from campaigns`, offer, id)
	b.accepted("partnership", id, rapport.Command{Kind: rapport.CmdSendOffer, Actor: b.ops, Ref: offer, Amount: rapport.Money{Amount: 100000, Currency: "usd"}})
	b.accepted("partnership", id, rapport.Command{Kind: rapport.CmdAcceptOffer, Ref: offer})
	b.until("open", `select state from tasks where partnership_id = $1 and kind = 'approve_contract'`, id)
	for _, party := range []string{"brand", "creator"} {
		if party == "creator" {
			b.accepted("partnership", id, rapport.Command{Kind: rapport.CmdSendContract, Actor: b.ops, Ref: b.id(`select id from contracts where partnership_id = $1`, id)})
		}
		b.exec(`insert into signatures (contract_id, party, name, body_sha256) select id, $2, $2, body_sha256 from contracts where partnership_id = $1`, id, party)
	}
	b.accepted("partnership", id, rapport.Command{Kind: rapport.CmdSignContract, Ref: b.id(`select id from contracts where partnership_id = $1`, id)})
	b.until("active", `select stage from partnerships where id = $1`, id)
	return id, b.id(`select id from deliverables where partnership_id = $1`, id)
}

// policy gives the brand a policy that chooses itself for everything on YouTube.
func (b *bundle) policy(silence rapport.OnSilence, stages ...rapport.PolicyStage) {
	b.t.Helper()
	for i := range stages {
		stages[i].Starts, stages[i].OnReject = rapport.StartsAfter, rapport.RejectToCreator
	}
	p := rapport.Policy{Stages: stages, OnSilence: silence, When: &rapport.PolicyWhen{Platforms: []string{"youtube"}}}
	require.Empty(b.t, p.Check())
	raw, err := json.Marshal(stages)
	require.NoError(b.t, err)
	b.exec(`insert into policies (id, version, brand_id, name, stages, on_silence, applies_when) values ($1, 1, $2, 'Video', $3, $4, '{"platforms": ["youtube"]}')`,
		uuid.New(), b.brand, raw, string(silence))
}

func asked(users ...uuid.UUID) []rapport.Approver {
	list := make([]rapport.Approver, len(users))
	for i := range users {
		list[i] = rapport.Approver{Kind: rapport.ApproverUser, UserID: &users[i]}
	}
	return list
}

// An outside reviewer decides by a mailed link and owes nobody money; a newer version keeps what did not change; corrections are named;
// taking the approval back holds the money; and a round too many becomes a milestone of its own.
func TestReviewsFromTheLinkToTheMoney(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id, deliverable := b.contracted("Robin")
	reviewer := uuid.New()
	b.exec(`insert into outside_reviewers (id, brand_id, name, email) values ($1, $2, 'Nora of the client', 'nora@client.example')`, reviewer, b.brand)
	b.exec(`insert into slack_channels (brand_id, webhook_url) values ($1, $2)`, b.brand, b.posts+"/slack/services/T1/B1/secret")
	b.policy(rapport.SilenceHold,
		rapport.PolicyStage{
			Name: "Client", Rule: rapport.RuleAny, DeadlineDays: 60, Approvers: []rapport.Approver{{Kind: rapport.ApproverOutside, ReviewerID: &reviewer}}, Keep: true, Scope: rapport.ScopeFile,
		},
		rapport.PolicyStage{Name: "House", Rule: rapport.RuleAny, DeadlineDays: 60, Approvers: asked(b.approver)},
	)

	first := b.submit(id, deliverable, 1, "#ad My honest look at it.")
	b.until("open", `select state from reviews where submission_id = $1`, first)
	review := b.id(`select id from reviews where submission_id = $1`, first)
	b.until("it is for youtube", `select choice->'because'->>0 from reviews where id = $1`, review)
	token := b.outsideToken(review)
	require.Contains(t, b.mailTo("nora@client.example"), "http://rapport.test/review/"+token)
	require.Equal(t, 1, b.slackPosts(), "the channel is told once")

	decision := uuid.New()
	b.exec(`insert into decisions (id, review_id, submission_id, brand_id, reviewer_id, decision) values ($1, $2, $3, $4, $5, 'approve')`, decision, review, first, b.brand, reviewer)
	b.accepted("review", review, rapport.Command{Kind: rapport.CmdDecide, Actor: reviewer, Ref: decision, Ref2: first, Code: "approve"})
	b.until("1", `select open_stage from reviews where id = $1`, review)
	b.until("0", `select count(*) from milestones where state <> 'pending' and trigger = 'approval'`)

	// A newer version with the same file: the client is not asked again, the house is.
	second := b.submit(id, deliverable, 2, "#ad My honest look at it, and more.")
	b.until("superseded", `select state from reviews where id = $1`, review)
	b.until("1", `select open_stage from reviews where submission_id = $1`, second)
	review = b.id(`select id from reviews where submission_id = $1`, second)
	b.until("true", `select stages->0->'decisions'->0->>'kept' from reviews where id = $1`, review)
	b.until("0", `select count(*) from review_links where review_id = $1`, review)

	correct := uuid.New()
	b.exec(`insert into decisions (id, review_id, submission_id, brand_id, user_id, decision) values ($1, $2, $3, $4, $5, 'approve_with_corrections')`, correct, review, second, b.brand, b.approver)
	b.exec(`insert into corrections (id, decision_id, submission_id, deliverable_id, partnership_id, brand_id, position, body) values ($1, $2, $3, $4, $5, $6, 0, 'Write Nordlicht with one t.')`,
		uuid.New(), correct, second, deliverable, id, b.brand)
	b.accepted("review", review, rapport.Command{Kind: rapport.CmdDecide, Actor: b.approver, Ref: correct, Ref2: second, Code: "approve_with_corrections"})
	b.until("approved_to_post", `select state from deliverables where id = $1`, deliverable)
	b.until("accepted", `select state from messages where subject like '%small corrections%' and partnership_id = $1`, id)
	require.Contains(t, b.mailTo("robin@creators.example"), "Write Nordlicht with one t.")
	b.until("awaiting_approval", `select p.state from payouts p join milestones m on m.id = p.milestone_id where m.trigger = 'approval'`)
	b.until(fmt.Sprintf("{%s}", b.approver), `select content_approvers(id) from milestones where trigger = 'approval'`)

	b.accepted("partnership", id, rapport.Command{Kind: rapport.CmdRevokeApproval, Actor: b.ops, Ref: deliverable})
	b.until("held", `select p.state from payouts p join milestones m on m.id = p.milestone_id where m.trigger = 'approval'`)
	require.Equal(t, "deliverable_state", b.command("partnership", id, rapport.Command{Kind: rapport.CmdRevokeApproval, Actor: b.ops, Ref: deliverable}).Refused, "its consequences run once")

	for n := 3; n <= 5; n++ { // two rounds are included
		s := b.submit(id, deliverable, n, fmt.Sprintf("#ad Version %d.", n))
		b.until("1", `select open_stage from reviews where submission_id = $1`, s)
		b.decide(b.id(`select id from reviews where submission_id = $1`, s), s, b.approver, "request_changes")
		b.until("changes_requested", `select state from deliverables where id = $1`, deliverable)
	}
	b.until("asked", `select extra from deliverables where id = $1`, deliverable)
	fee := rapport.Money{Amount: 5000, Currency: "usd"}
	b.accepted("partnership", id, rapport.Command{Kind: rapport.CmdOfferRound, Actor: b.ops, Ref: deliverable, Amount: fee})
	b.until("5000", `select extra_fee from deliverables where id = $1`, deliverable)
	b.until("accepted", `select state from messages where subject like '%USD for another round of%' and partnership_id = $1`, id)
	b.accepted("partnership", id, rapport.Command{Kind: rapport.CmdAgreeRound, Ref: deliverable})
	b.until("Revision round 3 5000 pending", `select title || ' ' || amount || ' ' || state from milestones where extra`)
	last := b.submit(id, deliverable, 6, "#ad The last one.")
	b.until("1", `select open_stage from reviews where submission_id = $1`, last)
	b.decide(b.id(`select id from reviews where submission_id = $1`, last), last, b.approver, "approve")
	b.until("2", `select count(*) from payouts p join milestones m on m.id = p.milestone_id where m.trigger = 'approval' and p.state = 'awaiting_approval'`)
	b.until("0", `select count(*) from (select dedupe_key from messages where dedupe_key is not null group by 1 having count(*) > 1) x`)
}

// Fifty approvers press the button at the same moment: one decision counts, and everybody else is told whose.
func TestFiftyApproversAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id, deliverable := b.contracted("Sasha")
	const many = 50
	people := make([]uuid.UUID, many)
	for i := range people {
		people[i] = uuid.New()
		b.exec(`insert into users (id, email, name, password_hash) values ($1, $2, $3, 'x')`, people[i], fmt.Sprintf("a%d@house.example", i), fmt.Sprintf("Approver %d", i))
		b.exec(`insert into user_roles (user_id, brand_id, role) values ($1, $2, 'approver')`, people[i], b.brand)
	}
	b.policy(rapport.SilenceHold, rapport.PolicyStage{Name: "All of them", Rule: rapport.RuleAny, DeadlineDays: 60, Approvers: asked(people...)})
	s := b.submit(id, deliverable, 1, "#ad My honest look at it.")
	b.until("open", `select state from reviews where submission_id = $1`, s)
	review := b.id(`select id from reviews where submission_id = $1`, s)
	verdicts := make([]rapport.OutboxVerdict, many)
	var wg sync.WaitGroup
	for i, who := range people {
		ref := uuid.New()
		b.exec(`insert into decisions (id, review_id, submission_id, brand_id, user_id, decision) values ($1, $2, $3, $4, $5, 'approve')`, ref, review, s, b.brand, who)
		wg.Go(func() {
			verdicts[i] = b.command("review", review, rapport.Command{Kind: rapport.CmdDecide, Actor: who, Ref: ref, Ref2: s, Code: "approve"})
		})
	}
	wg.Wait()
	winner := uuid.Nil
	for i, v := range verdicts {
		if v.Refused == "" {
			require.Equal(t, uuid.Nil, winner, "two decisions counted")
			winner = people[i]
		}
	}
	require.NotEqual(t, uuid.Nil, winner)
	for _, v := range verdicts {
		if v.Refused == "" || v.Refused == "workflow_closed" {
			continue // what reached a workflow that had ended knows only that
		}
		require.Equal(t, winner, v.Refusal.By, "%+v", v)
	}
	b.until("approved", `select state from reviews where id = $1`, review)
	b.until("1", `select count(*) from decisions where state = 'accepted'`)
	b.until("1", `select count(*) from partnership_events where kind = 'decision'`)
	b.until("1", `select count(*) from partnership_events where kind = 'content_approved'`)
}

func (b *bundle) outsideToken(review uuid.UUID) string {
	b.t.Helper()
	b.until("1", `select count(*) from review_links where review_id = $1 and used_at is null and revoked_at is null`, review)
	token := ""
	require.NoError(b.t, b.owner.QueryRow(b.ctx, `select convert_from(token_hash, 'utf8') from review_links where review_id = $1`, review).Scan(&token))
	return token
}

func (b *bundle) get(path string) string {
	b.t.Helper()
	res, err := http.Get(b.control + path)
	require.NoError(b.t, err)
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	require.NoError(b.t, err)
	return string(body)
}

// mailTo is every text that the sandbox took for an address.
func (b *bundle) mailTo(address string) string {
	b.t.Helper()
	b.until("0", `select count(*) from messages where to_address = $1 and state in ('prepared', 'sending')`, address)
	var sent struct {
		Mails []json.RawMessage `json:"mails"`
	}
	require.NoError(b.t, json.Unmarshal([]byte(b.get("/control/mail?to="+address)), &sent))
	var all strings.Builder
	for _, m := range sent.Mails {
		all.Write(m)
	}
	return all.String()
}

func (b *bundle) slackPosts() int {
	b.t.Helper()
	b.until("sent", `select string_agg(distinct state, ' ') from slack_posts`)
	var told struct {
		Posts []json.RawMessage `json:"posts"`
	}
	require.NoError(b.t, json.Unmarshal([]byte(b.get("/control/slack")), &told))
	return len(told.Posts)
}
