package activities_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"rapport"
	"rapport/activities"
)

var errAway = errors.New("the database is away")

func id(name string) uuid.UUID {
	return rapport.DeriveID(uuid.MustParse("6f9619ff-8b86-4d01-b42d-00cf4fc964ff"), name)
}

// store remembers in memory what the tests look at; whatever it does not have panics. Every call is noted in log, and fails once
// when its name is in fail.
type store struct {
	activities.Store

	log  []string
	fail map[string]error

	draft  rapport.MailDraft
	claim  rapport.MailClaim
	link   []byte
	saved  [3]string
	people []rapport.ReviewerToTell
	told   rapport.SlackTold
	later  uuid.UUID // whose mail is not sent now
	media  *rapport.Media

	paused bool
	payee  rapport.Payee
	order  rapport.PayoutOrder
	open   rapport.OpenAttempt
	short  bool // the funds do not cover what an accepted transfer moved
	back   rapport.ReversalOrder
	lost   rapport.OpenReversal
	topUp  rapport.TopUp
	post   rapport.PostToVerify
	check  rapport.PostCheck
	review rapport.ReviewToOpen
	checks []rapport.Check
	batch  rapport.Batch

	unpapered []uuid.UUID
}

func (s *store) note(format string, args ...any) error {
	line := fmt.Sprintf(format, args...)
	s.log = append(s.log, line)
	for name, err := range s.fail {
		if len(line) >= len(name) && line[:len(name)] == name {
			delete(s.fail, name)
			return err
		}
	}
	return nil
}

func (s *store) ApplyBatch(_ context.Context, b rapport.Batch) error {
	s.batch = b
	return s.note("apply")
}

func (s *store) PrepareMail(_ context.Context, in rapport.MailOrder) (rapport.MailDraft, error) {
	if in.Kind == "" {
		return s.draft, rapport.Errorf(rapport.CodeInvalid, "a mail of no kind") // as the store says
	}
	return s.draft, s.note("prepare %s %s", in.Template, in.Key)
}

func (s *store) ManualMail(context.Context, uuid.UUID) (rapport.MailDraft, error) {
	return s.draft, s.note("manual")
}

func (s *store) SaveMail(_ context.Context, m rapport.RenderedMail) error {
	s.saved = [3]string{m.Subject, m.Text, m.RFCID}
	return s.note("save")
}

func (s *store) ClaimMail(_ context.Context, m rapport.RenderedMail) (rapport.MailClaim, error) {
	if err := s.note("claim"); err != nil {
		return rapport.MailClaim{}, err
	}
	s.saved = [3]string{m.Subject, m.Text, m.RFCID}
	if s.claim.Verdict == "claimed" {
		s.draft.State, s.link = "sending", m.TokenHash
	}
	return s.claim, nil
}

func (s *store) SettleMail(ctx context.Context, _ uuid.UUID, state, providerID string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := s.note("settle %s %s", state, providerID); err != nil {
		return err
	}
	s.draft.State = state
	return nil
}

func (s *store) ReviewersToTell(context.Context, uuid.UUID, uuid.UUID, int, uuid.UUID) ([]rapport.ReviewerToTell, error) {
	return s.people, s.note("approvers")
}

func (s *store) TellOfReview(_ context.Context, t rapport.ReviewToTell, _ time.Time) (bool, error) {
	return t.User != s.later, s.note("tell %s", t.Code)
}

func (s *store) SlackToTell(_ context.Context, _, _ uuid.UUID, key string) (rapport.SlackTold, bool, error) {
	return s.told, s.told.WebhookURL != "", s.note("slack %s", key)
}

func (s *store) SettleSlack(_ context.Context, _, state, _ string) error {
	return s.note("slack is %s", state)
}

func (s *store) Payee(context.Context, uuid.UUID) (rapport.Payee, error) {
	return s.payee, s.note("payee")
}

func (s *store) PayeeOfPayout(context.Context, uuid.UUID) (rapport.Payee, error) {
	return s.payee, s.note("payee")
}

func (s *store) SavePayee(_ context.Context, now rapport.Payee) error {
	s.payee.Account, s.payee.State, s.payee.Banks = now.Account, now.State, now.Banks
	return s.note("save payee %s %s", now.Account, now.State)
}

func (s *store) PostToVerify(context.Context, uuid.UUID) (rapport.PostToVerify, error) {
	return s.post, s.note("post")
}

func (s *store) SavePostCheck(_ context.Context, c rapport.PostCheck) error {
	s.check = c
	return s.note("check")
}

func (s *store) ReviewToOpen(context.Context, uuid.UUID) (rapport.ReviewToOpen, error) {
	return s.review, s.note("review")
}

func (s *store) SaveReviewOpened(_ context.Context, _, _ uuid.UUID, _ rapport.PolicyChoice, c []rapport.Check, m *rapport.Media) error {
	s.checks, s.media = c, m
	return s.note("opened")
}

func (s *store) OpenPayout(context.Context, uuid.UUID, time.Time, uuid.UUID, uuid.UUID) (rapport.PayoutPlan, error) {
	return rapport.PayoutPlan{ContentCounts: true}, s.note("open")
}

func (s *store) OrderPayout(_ context.Context, _ uuid.UUID, _ int, hash func(rapport.TransferRequest) []byte) (rapport.PayoutOrder, error) {
	return s.order, s.note("order %s", hash(s.order.Request))
}

func (s *store) PaymentsPaused(context.Context) (bool, error) { return s.paused, nil }

func (s *store) PauseProvider(_ context.Context, code string) error {
	s.paused = true
	return s.note("pause %s", code)
}

func (s *store) MarkSent(_ context.Context, _ uuid.UUID, attempt int) error {
	if err := s.note("sent %d", attempt); err != nil {
		return err
	}
	return nil
}

func (s *store) SettlePayout(ctx context.Context, _ uuid.UUID, attempt int, t rapport.Transfer) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.note("paid %d %s", attempt, t.ID)
}

func (s *store) NoteFound(_ context.Context, _ uuid.UUID, found []rapport.Transfer) error {
	return s.note("found %d", len(found))
}

func (s *store) SettleAccepted(_ context.Context, _ uuid.UUID, attempt int, t rapport.Transfer) (bool, error) {
	return !s.short, s.note("accepted %d %s", attempt, t.ID)
}

func (s *store) RejectAttempt(_ context.Context, _ uuid.UUID, attempt int, _, code string) error {
	return s.note("rejected %d %s", attempt, code)
}

func (s *store) MarkUnknown(context.Context, uuid.UUID) error { return s.note("unknown") }

func (s *store) OpenAttempt(context.Context, uuid.UUID) (rapport.OpenAttempt, error) {
	return s.open, s.note("attempt")
}

func (s *store) MarkLookedUp(_ context.Context, _ uuid.UUID, attempt int) error {
	s.open.LookUps++
	return s.note("looked %d", attempt)
}

func (s *store) OrderReversal(_ context.Context, _ uuid.UUID, _ int, hash func(rapport.ReversalRequest) []byte) (rapport.ReversalOrder, error) {
	return s.back, s.note("order %s", hash(s.back.Request))
}

func (s *store) MarkReversalSent(_ context.Context, _ uuid.UUID, attempt int) error {
	return s.note("sent %d", attempt)
}

func (s *store) SettleReversal(ctx context.Context, _ uuid.UUID, attempt int, back rapport.TakenBack) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	return rapport.ReverseDone, s.note("back %d %s", attempt, back.ID)
}

func (s *store) RejectReversal(_ context.Context, _ uuid.UUID, attempt int, _, code string) error {
	return s.note("rejected %d %s", attempt, code)
}

func (s *store) MarkReversalUnknown(context.Context, uuid.UUID) error { return s.note("unknown") }

func (s *store) OpenReversalAttempt(context.Context, uuid.UUID) (rapport.OpenReversal, error) {
	return s.lost, s.note("attempt")
}

func (s *store) MarkReversalLookedUp(_ context.Context, _ uuid.UUID, attempt int) error {
	return s.note("looked %d", attempt)
}

func (s *store) TopUp(context.Context, uuid.UUID) (rapport.TopUp, error) {
	return s.topUp, s.note("topup")
}

func (s *store) SettleTopUp(_ context.Context, _ uuid.UUID, providerID, status string) error {
	if err := s.note("topup %s %s", providerID, status); err != nil {
		return err
	}
	s.topUp.ProviderID, s.topUp.State = providerID, status
	return nil
}

func (s *store) DraftContract(context.Context, uuid.UUID, int) (uuid.UUID, error) {
	return id("contract"), s.note("draft")
}

func (s *store) ExecuteContract(context.Context, uuid.UUID, time.Time) (rapport.ContractPlan, error) {
	return rapport.ContractPlan{Rounds: 2}, s.note("execute")
}

func (s *store) SignedContract(_ context.Context, contract uuid.UUID) (rapport.SignedContract, error) {
	return rapport.SignedContract{Contract: rapport.Contract{ID: contract, Number: "C-1"}}, s.note("signed")
}

func (s *store) KeepContractPaper(_ context.Context, contract uuid.UUID, pdf []byte) error {
	return s.note("paper of %s: %s", contract, pdf)
}

func (s *store) ContractsWithoutPaper(context.Context, int) ([]uuid.UUID, error) {
	return s.unpapered, s.note("unpapered")
}

// payer moves no money. transfer is asked for the answer to each transfer; what it gave stays at the provider.
type payer struct {
	activities.Payer

	log      []string
	account  rapport.PayeeAccount
	made     error
	seen     error
	transfer func(r rapport.TransferRequest) (rapport.Transfer, error)
	found    []rapport.Transfer
	looked   error
	reverse  func(r rapport.ReversalRequest) (rapport.TakenBack, error)
	back     []rapport.TakenBack
	topUp    rapport.ProviderTopUp
	topUpErr error
}

func (p *payer) RequestHash(r rapport.TransferRequest) []byte { return []byte("hash of " + r.Key) }

func (p *payer) CreatePayeeAccount(_ context.Context, _ uuid.UUID, email, country string) (rapport.PayeeAccount, error) {
	p.log = append(p.log, "create "+email+" "+country)
	return p.account, p.made
}

func (p *payer) PayeeAccount(context.Context, string) (rapport.PayeeAccount, error) {
	return p.account, p.seen
}

func (p *payer) Transfer(_ context.Context, r rapport.TransferRequest) (rapport.Transfer, error) {
	p.log = append(p.log, "transfer "+r.Key)
	return p.transfer(r)
}

func (p *payer) TransfersOf(context.Context, uuid.UUID) ([]rapport.Transfer, error) {
	p.log = append(p.log, "look up")
	return p.found, p.looked
}

func (p *payer) ReversalHash(r rapport.ReversalRequest) []byte { return []byte("hash of " + r.Key) }

func (p *payer) Reverse(_ context.Context, r rapport.ReversalRequest) (rapport.TakenBack, error) {
	p.log = append(p.log, "reverse "+r.Key)
	return p.reverse(r)
}

func (p *payer) ReversalsOf(context.Context, string) ([]rapport.TakenBack, error) {
	p.log = append(p.log, "look up")
	return p.back, p.looked
}

func (p *payer) CreateTopUp(context.Context, uuid.UUID, uuid.UUID, rapport.Money) (rapport.ProviderTopUp, error) {
	p.log = append(p.log, "create top-up")
	return p.topUp, p.topUpErr
}

func (p *payer) TopUp(context.Context, string) (rapport.ProviderTopUp, error) {
	return p.topUp, p.topUpErr
}

// mailer notes what would be sent.
type mailer struct {
	sent []rapport.OutgoingMail
	err  error
	wait func()
}

func (m *mailer) SendMail(_ context.Context, o rapport.OutgoingMail) (string, error) {
	if m.wait != nil {
		m.wait()
	}
	m.sent = append(m.sent, o)
	return "provider-id", m.err
}

func (m *mailer) ReplyAddress(message uuid.UUID) string { return message.String() + "@reply.test" }

type fetcher struct {
	page rapport.FetchedPost
	err  error
}

func (f fetcher) FetchPost(context.Context, string) (rapport.FetchedPost, error) {
	return f.page, f.err
}
