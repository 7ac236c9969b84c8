package api_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
	"rapport/activities"
	"rapport/api"
	"rapport/paper"
	"rapport/paper/pdftest"
	"rapport/providers/documenso"
	"rapport/sandbox"
	"rapport/worker"
)

const signingSecret = "the secret of Documenso's webhook"

// outbound keeps the mails that went out.
type outbound struct{ mails []rapport.OutgoingMail }

func (o *outbound) SendMail(_ context.Context, m rapport.OutgoingMail) (string, error) {
	o.mails = append(o.mails, m)
	return "sg_1", nil
}

func (*outbound) ReplyAddress(uuid.UUID) string { return "reply@rapport.example" }

// signed is a desk whose contract waits to be signed at the sandbox's Documenso, which posts its webhooks to the desk's server.
type signed struct {
	*desk

	signing *activities.ProviderSigning
	acts    *activities.Activities
	inbox   *worker.Inbox
	mails   *outbound
	client  *documenso.Client
	control string
}

func signedElsewhere(t *testing.T) *signed {
	t.Helper()
	d := newDesk(t, func(c *api.Config) {
		c.Outside.Webhooks.Signing = func(body []byte, given string) ([]rapport.InboxRow, error) {
			e, err := documenso.VerifyEvent(signingSecret, body, given)
			if err != nil || !documenso.Decides(e.Type) {
				return nil, err
			}
			return []rapport.InboxRow{{ID: id(), Provider: documenso.Name, EventID: e.ID, Type: e.Type, ObjectID: e.DocumentID, Body: []byte("{}")}}, nil
		}
	})
	box, err := sandbox.New(sandbox.Config{
		Target: d.url, Mute: true, Pace: time.Hour, Retry: time.Millisecond, DocumensoSecret: signingSecret,
		StripeAccountSecret: "whsec_" + strings.Repeat("a", 32), StripeConnectSecret: "whsec_" + strings.Repeat("b", 32),
	})
	require.NoError(t, err)
	public, control := httptest.NewServer(box.Handler()), httptest.NewServer(box.Control())
	t.Cleanup(public.Close)
	t.Cleanup(control.Close)
	t.Cleanup(func() { require.NoError(t, box.Close()) })
	box.SetPublicURL(public.URL)
	client, err := documenso.New(documenso.Config{URL: public.URL, Token: "api_test"})
	require.NoError(t, err)
	s := &signed{desk: d, client: client, control: control.URL, mails: &outbound{}}
	s.signing = &activities.ProviderSigning{Name: documenso.Name, Store: d.worker, Provider: client, Paper: paper.ToSign}
	s.acts = &activities.Activities{
		Store: d.worker, Mailer: s.mails, Signing: s.signing, PublicURL: "https://rapport.example", MailHost: "rapport.example",
		NewToken: uuid.NewString, HashToken: func(token string) []byte { sum := sha256.Sum256([]byte(token)); return sum[:] },
	}
	s.inbox = &worker.Inbox{Store: d.worker, Signing: s.signing.Look}
	d.sql(t, `update contracts set state = 'out_for_signature', executed_at = null, expires_at = now() + interval '14 days'`)
	d.sql(t, `insert into signatures (contract_id, party, name, body_sha256, consent, identity, identity_address)
		select id, 'brand', 'Ms Legal', body_sha256, 'I agree', 'session', 'legal@one.example' from contracts`)
	return s
}

// mail sends what the workflow asks for when a contract is sent, and for its reminders.
func (s *signed) mail(t *testing.T, template string, n int) (rapport.Outcome, error) {
	t.Helper()
	return s.acts.SendMail(t.Context(), activities.EffectInput{
		Kind: "partnership", ID: s.partnership, BrandID: s.world.one, PartnershipID: s.partnership,
		Effect: rapport.Effect{Key: template + "/" + strings.Repeat("x", n), Kind: rapport.EffectMail, Code: template, Ref: s.contract},
	})
}

type document struct {
	ID         string
	Status     string
	FileSHA256 string `json:"file_sha256"`
	Mails      bool
}

func (s *signed) ask(t *testing.T, method, path string, body, into any) int {
	t.Helper()
	raw, err := json.Marshal(body)
	require.NoError(t, err)
	req, err := http.NewRequestWithContext(t.Context(), method, s.control+path, bytes.NewReader(raw))
	require.NoError(t, err)
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	if into != nil {
		require.NoError(t, json.NewDecoder(res.Body).Decode(into))
	}
	return res.StatusCode
}

func (s *signed) documents(t *testing.T) []document {
	t.Helper()
	var got struct{ Documents []document }
	s.ask(t, "GET", "/control/documenso", nil, &got)
	return got.Documents
}

func (s *signed) fault(t *testing.T, path, action string) {
	t.Helper()
	require.Equal(t, 200, s.ask(t, "PUT", "/control/faults", []sandbox.Fault{{Provider: "documenso", Path: path, Action: action}}, nil))
}

func (s *signed) decide(t *testing.T, action, reason string) {
	t.Helper()
	require.Equal(t, 200, s.ask(t, "POST", "/control/documenso/"+s.documents(t)[0].ID, map[string]string{"action": action, "reason": reason}, nil))
}

// arrive lets what the webhooks brought take effect, twice, as when a relay dies before its mark; it answers the notes of the first time.
func (s *signed) arrive(t *testing.T, want int) []string {
	t.Helper()
	require.Eventually(t, func() bool { return one[int](t, s.desk, `select count(*)::int from webhook_inbox`) == want }, 10*time.Second, 10*time.Millisecond)
	rows, err := s.worker.TakeInbox(t.Context(), 10, time.Millisecond)
	require.NoError(t, err)
	notes := make([]string, 0, len(rows))
	for _, row := range rows {
		note, err := s.inbox.Process(t.Context(), row)
		require.NoError(t, err)
		notes = append(notes, note)
		again, err := s.inbox.Process(t.Context(), row)
		require.NoError(t, err)
		require.NotEmpty(t, again, "a second time it comes to nothing")
		require.NoError(t, s.worker.DoneInbox(t.Context(), row.ID, note))
	}
	return notes
}

// arriveOnce lets what the webhooks brought take effect, and answers the notes.
func (s *signed) arriveOnce(t *testing.T) []string {
	t.Helper()
	require.Eventually(t, func() bool { return one[int](t, s.desk, `select count(*)::int from webhook_inbox`) == 1 }, 10*time.Second, 10*time.Millisecond)
	rows, err := s.worker.TakeInbox(t.Context(), 10, time.Millisecond)
	require.NoError(t, err)
	require.Len(t, rows, 1)
	note, err := s.inbox.Process(t.Context(), rows[0])
	require.NoError(t, err)
	return []string{note}
}

func (s *signed) commands(t *testing.T) []string {
	t.Helper()
	return one[[]string](t, s.desk, `select coalesce(array_agg(input ->> 'kind'), '{}') from outbox where kind = 'update'`)
}

func TestContractIsSignedAtDocumensoOnce(t *testing.T) {
	t.Parallel()
	s := signedElsewhere(t)
	me, ops := s.visitor(t), s.as(t, "ops@one.example")
	path := "/v1/portal/contracts/" + s.contract.String()
	for range 2 {
		out, err := s.mail(t, "contract", 1)
		require.NoError(t, err)
		require.Equal(t, rapport.MailAccepted, out.Code)
	}
	_, err := s.mail(t, "contract_reminder", 2)
	require.NoError(t, err)
	docs := s.documents(t)
	require.Len(t, docs, 1, "the reminder has the same document")
	require.Equal(t, "PENDING", docs[0].Status)
	require.False(t, docs[0].Mails, "Documenso mails nobody")
	require.Equal(t, docs[0].FileSHA256, one[string](t, s.desk, `select encode(file_sha256, 'hex') from signing_documents`))
	text := pdftest.Text(t, one[[]byte](t, s.desk, `select b.content from signing_documents d join blobs b on b.sha256 = d.file_sha256`))
	for _, words := range []string{contractText, "Ms Legal", "For the creator: Mia Lens", rapport.ConsentElsewhere} {
		require.Contains(t, text, words)
	}
	link := one[string](t, s.desk, `select url from signing_documents`)
	require.Len(t, s.mails.mails, 2)
	for _, m := range s.mails.mails {
		require.Contains(t, m.Text, link)
		require.NotContains(t, m.Text, "/portal/")
		require.NotContains(t, m.Text, "we mail you a code")
	}

	// The creator finds the link on their page, the house sees only that they were asked, and the portal signs nothing.
	var shown struct {
		Elsewhere struct{ Provider, State, Email, URL string }
	}
	me.send(t, "GET", path, nil).into(t, &shown)
	require.Equal(t, link, shown.Elsewhere.URL)
	house := ops.send(t, "GET", "/v1/contracts/"+s.contract.String(), nil)
	require.Contains(t, string(house.body), "mia@mail.example")
	require.NotContains(t, string(house.body), link, "whoever has the link can sign")
	a := me.keyed().send(t, "POST", path+"/signatures", map[string]any{"decision": "sign", "name": "Mia", "code": "123456"})
	require.Equal(t, 409, a.status)
	require.Equal(t, "signed_elsewhere", a.text("code"))
	_, err = s.owner.Exec(t.Context(), `insert into signatures (contract_id, party, name, body_sha256) select id, 'creator', 'x', body_sha256 from contracts`)
	require.Error(t, err, "nor does the database take a signature from there")

	s.fault(t, "DOCUMENT_COMPLETED", "duplicate")
	s.decide(t, "sign", "")
	require.Equal(t, []string{""}, s.arrive(t, 1), "delivered twice, kept once")
	require.Equal(t, []string{"sign_contract"}, s.commands(t))
	require.Equal(t, s.contract.String(), one[string](t, s.desk, `select input ->> 'ref' from outbox where kind = 'update'`))
	require.Equal(t, "Mia Lens/documenso/mia@mail.example/true/true", one[string](t, s.desk,
		`select s.name || '/' || identity || '/' || identity_address || '/' || (s.at = d.signed_at) || '/' || (s.body_sha256 = t.body_sha256)
		from signatures s join signing_documents d using (contract_id) join contracts t on t.id = s.contract_id where party = 'creator'`))
	evidence := one[string](t, s.desk, `select agent from signatures where party = 'creator'`)
	require.Contains(t, evidence, docs[0].ID)
	require.Contains(t, evidence, docs[0].FileSHA256)
	require.NotContains(t, string(one[[]byte](t, s.desk, `select body from webhook_inbox`)), "mia@", "nothing of a post is kept but which document it is about")

	s.sql(t, `update contracts set state = 'executed', executed_at = now()`)
	paid := activities.Activities{Store: s.worker, Paper: paper.Contract}
	_, err = paid.ExecuteContract(t.Context(), activities.EffectInput{Effect: rapport.Effect{Ref: s.contract, At: time.Now().Truncate(time.Microsecond)}})
	require.NoError(t, err)
	file := ops.send(t, "GET", "/v1/contracts/"+s.contract.String()+"/paper", nil)
	require.Contains(t, pdftest.Text(t, file.body), "A link to Documenso that was mailed to mia@mail.example")
}

// A post says nothing by itself: whoever knows the secret cannot sign, and whoever does not is not heard.
func TestWebhooksOfDocumensoAreHintsOnly(t *testing.T) {
	t.Parallel()
	s := signedElsewhere(t)
	_, err := s.mail(t, "contract", 1)
	require.NoError(t, err)
	id := s.documents(t)[0].ID
	post := func(secret, body string) int {
		return s.anon().with("Content-Type", "application/json").with(documenso.SecretHeader, secret).send(t, "POST", "/webhooks/documenso", body).status
	}
	said := func(event, document string) string {
		return `{"event":"` + event + `","payload":{"envelopeId":"` + document + `","status":"COMPLETED","externalId":"` + s.contract.String() + `"},"createdAt":"2026-01-01T00:00:00Z"}`
	}
	for name, secret := range map[string]string{"another": "another", "longer": signingSecret + "x", "none": ""} {
		require.Equal(t, 400, post(secret, said("DOCUMENT_COMPLETED", id)), name)
	}
	require.Equal(t, 400, s.anon().with("Content-Type", "application/json").send(t, "POST", "/webhooks/documenso", said("DOCUMENT_COMPLETED", id)).status, "no header")
	require.Equal(t, 400, post(signingSecret, `{"event":"DOCUMENT_COMPLETED"}`))
	require.Equal(t, 413, post(signingSecret, strings.Repeat("x", 2<<20)))
	require.Equal(t, 200, post(signingSecret, said("DOCUMENT_OPENED", id)))
	require.Zero(t, one[int](t, s.desk, `select count(*)::int from webhook_inbox`))

	for range 3 {
		require.Equal(t, 200, post(signingSecret, said("DOCUMENT_COMPLETED", id)))
	}
	require.Equal(t, 200, post(signingSecret, said("DOCUMENT_COMPLETED", "envelope_none")))
	// Somebody's own document that claims to be about our contract.
	own, err := s.client.CreateDocument(t.Context(), rapport.SigningDocument{
		ContractID: s.contract, Title: "Mine", SignerName: "Eve", SignerEmail: "mia@mail.example", File: []byte("%PDF-1.4"), Field: rapport.SignField{Page: 1, Width: 1, Height: 1},
	})
	require.NoError(t, err)
	_, err = s.client.SendDocument(t.Context(), own, "mia@mail.example")
	require.NoError(t, err)
	require.Equal(t, 200, s.ask(t, "POST", "/control/documenso/"+own, map[string]string{"action": "sign"}, nil))
	require.ElementsMatch(t, []string{"not signed yet", "no such document", "no document of ours"}, s.arrive(t, 3))
	require.Empty(t, s.commands(t))
	require.Zero(t, one[int](t, s.desk, `select count(*)::int from signatures where party = 'creator'`))

	// The news may also be forged once, late, or lost: an hour later the document is read all the same.
	s.fault(t, "DOCUMENT_COMPLETED", "drop")
	s.decide(t, "sign", "")
	require.NoError(t, s.signing.Round(t.Context()))
	require.Empty(t, s.commands(t), "it was looked at just now")
	s.sql(t, `update signing_documents set looked_at = now() - interval '2 hours'`)
	require.NoError(t, s.signing.Round(t.Context()))
	require.Equal(t, []string{"sign_contract"}, s.commands(t))
}

// However a try to make the document ends, there is one document in the end.
func TestDocumentIsMadeOnceWhateverHappens(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		path, action string
		makes        int  // documents after the first try
		waits        bool // before it is made again
	}{
		"answer lost":          {"/api/v2/envelope/create", "commit_then_drop", 1, false},
		"error, and made":      {"/api/v2/envelope/create", "commit_then_500", 1, false},
		"half an answer":       {"/api/v2/envelope/create", "truncate", 1, false},
		"killed before":        {"/api/v2/envelope/create", "drop_before", 0, true},
		"too many":             {"/api/v2/envelope/create", "429", 0, false},
		"token refused":        {"/api/v2/envelope/create", "401", 0, false},
		"search is away":       {"/api/v2/envelope", "html_502", 0, false},
		"sent, answer lost":    {"/api/v2/envelope/distribute", "commit_then_drop", 1, false},
		"not sent, and broken": {"/api/v2/envelope/distribute", "drop_before", 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := signedElsewhere(t)
			s.fault(t, c.path, c.action)
			_, err := s.mail(t, "contract", 1)
			require.Error(t, err)
			require.NotContains(t, err.Error(), "mia@")
			require.Len(t, s.documents(t), c.makes)
			require.Equal(t, c.action == "401", one[bool](t, s.desk, `select exists (select 1 from tasks where kind = 'signing_stuck' and code = 'refused' and state = 'open')`))
			if c.waits {
				_, err = s.mail(t, "contract", 1)
				require.ErrorContains(t, err, "it is looked for")
				require.Empty(t, s.documents(t), "it may come yet")
				s.sql(t, `update signing_documents set tried_at = now() - interval '5 minutes'`)
			}
			out, err := s.mail(t, "contract", 1)
			require.NoError(t, err)
			require.Equal(t, rapport.MailAccepted, out.Code)
			require.Len(t, s.documents(t), 1)
			require.Len(t, s.mails.mails, 1)
			require.Contains(t, s.mails.mails[0].Text, one[string](t, s.desk, `select url from signing_documents`))
			require.Zero(t, one[int](t, s.desk, `select count(*)::int from tasks where kind = 'signing_stuck' and state = 'open'`))
		})
	}
}

// A search that is refused says nothing of the request before it, which may arrive yet.
func TestDocumentThatMayBeMadeIsNotMadeAgainAfterARefusedSearch(t *testing.T) {
	t.Parallel()
	s := signedElsewhere(t)
	for _, fault := range [][2]string{{"/api/v2/envelope/create", "drop_before"}, {"/api/v2/envelope", "429"}, {"/api/v2/envelope", "401"}} {
		s.fault(t, fault[0], fault[1])
		_, err := s.mail(t, "contract", 1)
		require.Error(t, err)
	}
	_, err := s.mail(t, "contract", 1)
	require.ErrorContains(t, err, "it is looked for")
	require.Empty(t, s.documents(t))
	require.Equal(t, 1, one[int](t, s.desk, `select count(*)::int from tasks where kind = 'signing_stuck' and code = 'refused' and state = 'open'`), "of the refused token")
}

func TestRejectionAtDocumensoDeclinesWithItsReason(t *testing.T) {
	t.Parallel()
	s := signedElsewhere(t)
	_, err := s.mail(t, "contract", 1)
	require.NoError(t, err)
	s.decide(t, "reject", "Exclusivity is too long.")
	s.arrive(t, 1)
	require.Equal(t, []string{"decline_contract"}, s.commands(t))
	require.Equal(t, "rejected/Exclusivity is too long.", one[string](t, s.desk, `select state || '/' || reason from signing_documents`))
	require.Equal(t, 1, one[int](t, s.desk, `select count(*)::int from messages where direction = 'in' and body_text = 'Exclusivity is too long.'`))
	require.Zero(t, one[int](t, s.desk, `select count(*)::int from signatures where party = 'creator'`))
}

func TestCancelledAndExpiredAtDocumensoAreTasks(t *testing.T) {
	t.Parallel()
	for action, code := range map[string]string{"cancel": "cancelled", "expire": "expired"} {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			s := signedElsewhere(t)
			_, err := s.mail(t, "contract", 1)
			require.NoError(t, err)
			s.decide(t, action, "")
			s.arrive(t, 1)
			require.Empty(t, s.commands(t), "the contract goes on waiting")
			require.Equal(t, 1, one[int](t, s.desk, `select count(*)::int from tasks where kind = 'signing_stuck' and code = $1 and ref = $2 and owner_id is not null`, code, s.contract))
			require.Contains(t, string(s.as(t, "ops@one.example").send(t, "GET", "/v1/tasks", nil).body), "Documenso")
			out, err := s.mail(t, "contract_reminder", 1)
			require.NoError(t, err)
			require.Equal(t, map[string]string{"cancel": rapport.MailNowhere, "expire": rapport.MailAccepted}[action], out.Code, "no mail leads where nobody can sign")
		})
	}
}

// What ends in Rapport ends at Documenso; a signature from in between counts for nothing, and somebody hears of it.
func TestContractThatEndedIsNotSigned(t *testing.T) {
	t.Parallel()
	s := signedElsewhere(t)
	_, err := s.mail(t, "contract", 1)
	require.NoError(t, err)
	s.sql(t, `update contracts set state = 'withdrawn'`)
	require.NoError(t, s.signing.Round(t.Context()))
	require.Equal(t, "CANCELLED", s.documents(t)[0].Status)
	require.Equal(t, "closed", one[string](t, s.desk, `select state from signing_documents`))
	s.arrive(t, 1)
	require.Zero(t, one[int](t, s.desk, `select count(*)::int from tasks where kind = 'signing_stuck'`))

	late := signedElsewhere(t)
	_, err = late.mail(t, "contract", 1)
	require.NoError(t, err)
	late.sql(t, `update contracts set state = 'expired'`)
	late.decide(t, "sign", "")
	require.Equal(t, []string{"too_late"}, late.arrive(t, 1))
	require.NoError(t, late.signing.Round(t.Context()))
	require.Empty(t, late.commands(t))
	require.Equal(t, "too_late", one[string](t, late.desk, `select code from tasks where kind = 'signing_stuck'`))

	// The workflow may know of the end before the database does.
	race := signedElsewhere(t)
	_, err = race.mail(t, "contract", 1)
	require.NoError(t, err)
	race.decide(t, "sign", "")
	race.arrive(t, 1)
	row := one[uuid.UUID](t, race.desk, `select id from outbox where kind = 'update'`)
	require.NoError(t, race.worker.AckOutbox(t.Context(), row, rapport.OutboxVerdict{Refused: "contract_decided"}))
	require.Equal(t, "too_late", one[string](t, race.desk, `select code from tasks where kind = 'signing_stuck'`))
}

func TestWhatWasSentToBeSignedStays(t *testing.T) {
	t.Parallel()
	s := signedElsewhere(t)
	_, err := s.mail(t, "contract", 1)
	require.NoError(t, err)
	for _, change := range []string{
		`update signing_documents set signer_email = 'eve@mail.example'`, `update signing_documents set provider_id = 'envelope_other'`, `delete from signing_documents`,
		`update signing_documents set state = 'opening'`,
		`insert into signatures (contract_id, party, name, body_sha256, consent, identity, identity_address)
			select id, 'creator', 'x', body_sha256, 'I agree', 'documenso', 'mia@mail.example' from contracts`,
	} {
		_, err := s.owner.Exec(t.Context(), change)
		require.Error(t, err, change)
	}
	require.Equal(t, hex.EncodeToString(one[[]byte](t, s.desk, `select file_sha256 from signing_documents`)), s.documents(t)[0].FileSHA256)
}

// Without the settings, and for contracts that were signed before, nothing changes.
func TestClickToSignStaysTheDefault(t *testing.T) {
	t.Parallel()
	s := signedElsewhere(t)
	s.acts.Signing = nil
	_, err := s.mail(t, "contract", 1)
	require.NoError(t, err)
	require.Empty(t, s.documents(t))
	require.Contains(t, s.mails.mails[0].Text, "https://rapport.example/portal/")
	require.Contains(t, s.mails.mails[0].Text, "we mail you a code")
	require.Zero(t, one[int](t, s.desk, `select count(*)::int from signing_documents`))
}

// The file that Documenso sealed is kept once beside ours, whatever happens on its way, and both sides may have it.
func TestTheSealedFileIsKeptBesideOurs(t *testing.T) {
	t.Parallel()
	s := signedElsewhere(t)
	me, ops := s.visitor(t), s.as(t, "ops@one.example")
	path := "/contracts/" + s.contract.String() + "/paper?sealed=true"
	_, err := s.mail(t, "contract", 1)
	require.NoError(t, err)
	a := ops.send(t, "GET", "/v1"+path, nil)
	require.Equal(t, 409, a.status)
	require.Equal(t, "no_sealed_paper", a.text("code"))

	s.fault(t, "/api/v2/envelope/item/*/download", "truncate")
	s.decide(t, "sign", "")
	require.Equal(t, []string{"the sealed file is fetched later"}, s.arriveOnce(t), "the signature counts all the same")
	require.Equal(t, []string{"sign_contract"}, s.commands(t))
	require.Zero(t, one[int](t, s.desk, `select count(*)::int from sealed_papers`))
	s.fault(t, "/api/v2/envelope/item/*/download", "html_502")
	s.sql(t, `update signing_documents set signed_at = now() - interval '2 days'`)
	require.Error(t, s.signing.Round(t.Context()))
	require.Equal(t, "unsealed/open", one[string](t, s.desk, `select code || '/' || state from tasks where kind = 'signing_stuck'`))
	for range 2 {
		require.NoError(t, s.signing.Round(t.Context()))
	}
	require.Equal(t, "cancelled", one[string](t, s.desk, `select state from tasks where kind = 'signing_stuck'`))

	kept := one[[]byte](t, s.desk, `select b.content from sealed_papers f join blobs b on b.sha256 = f.sha256`)
	require.Contains(t, string(kept), "sealed by the sandbox: "+s.documents(t)[0].ID)
	file := ops.send(t, "GET", "/v1"+path, nil)
	require.Equal(t, 200, file.status)
	require.Equal(t, kept, file.body)
	require.Contains(t, file.header.Get("Content-Disposition"), "-documenso.pdf")
	require.Equal(t, kept, me.send(t, "GET", "/v1/portal"+path, nil).body)
	require.Equal(t, 404, s.as(t, "ops@two.example").send(t, "GET", "/v1"+path, nil).status)
	sum := sha256.Sum256(kept)
	require.Contains(t, string(ops.send(t, "GET", "/v1/contracts/"+s.contract.String(), nil).body), hex.EncodeToString(sum[:]))

	for _, change := range []string{`update sealed_papers set provider_id = 'x'`, `delete from sealed_papers`} {
		_, err := s.owner.Exec(t.Context(), change)
		require.Error(t, err, change)
	}
}

// A brand may have its creators sign in the portal although the installation has a provider of signatures; what is out stays where it is.
func TestABrandChoosesWhereItsCreatorsSign(t *testing.T) {
	t.Parallel()
	s := signedElsewhere(t)
	admin := s.as(t, "admin@one.example")
	brand := "/v1/brands/" + s.world.one.String()
	require.Equal(t, 422, admin.send(t, "PATCH", brand, map[string]any{"signing": "fax"}).status)
	a := admin.send(t, "PATCH", brand, map[string]any{"signing": "portal"})
	require.Equal(t, 200, a.status, string(a.body))
	require.Equal(t, "portal", a.text("signing"))
	_, err := s.mail(t, "contract", 1)
	require.NoError(t, err)
	require.Empty(t, s.documents(t))
	require.Contains(t, s.mails.mails[0].Text, "https://rapport.example/portal/")

	there := signedElsewhere(t)
	_, err = there.mail(t, "contract", 1)
	require.NoError(t, err)
	there.sql(t, `update brands set signing = 'portal'`)
	_, err = there.mail(t, "contract_reminder", 2)
	require.NoError(t, err)
	require.Contains(t, there.mails.mails[1].Text, one[string](t, there.desk, `select url from signing_documents`))
}
