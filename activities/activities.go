// Package activities does: every side effect of the workflows. It declares the small interfaces it needs; postgres and the
// providers satisfy them.
package activities

import (
	"context"
	"time"

	"github.com/google/uuid"

	"rapport"
)

// Batch is the input of Record.
type Batch = rapport.Batch

// EffectInput is the input of every effect.
type EffectInput struct {
	Effect        rapport.Effect `json:"effect"`
	Kind          string         `json:"kind"` // the machine's kind
	ID            uuid.UUID      `json:"id"`
	BrandID       uuid.UUID      `json:"brand_id"`
	PartnershipID uuid.UUID      `json:"partnership_id"`
	Now           time.Time      `json:"now"`
}

// Names of the activities.
const (
	NameRecord      = "Record"
	NameCreateTopUp = "CreateTopUp"
	NameSettleTopUp = "SettleTopUp"
	NameJob         = "RunJob"
	NameSendManual  = "SendManual"
)

// NameOf is the activity that carries out an effect of the kind.
func NameOf(effect string) string {
	return map[string]string{
		rapport.EffectMail:          "SendMail",
		rapport.EffectDraftMail:     "DraftMail",
		rapport.EffectBranch:        "DecideBranch",
		rapport.EffectReadDates:     "ReadDates",
		rapport.EffectDraftContract: "DraftContract",
		rapport.EffectExecute:       "ExecuteContract",
		rapport.EffectOnboard:       "OnboardPayee",
		rapport.EffectVerify:        "VerifyPost",
		rapport.EffectOpenReview:    "OpenReview",
		rapport.EffectNotify:        "NotifyApprovers",
		rapport.EffectOpenPayout:    "OpenPayout",
		rapport.EffectSubmit:        "SubmitPayout",
		rapport.EffectReconcile:     "ReconcilePayout",
		rapport.EffectOrderOffline:  "OrderOffline",
		rapport.EffectRecordOffline: "RecordOffline",
		rapport.EffectOpenReversal:  "OpenReversal",
		rapport.EffectReverse:       "SubmitReversal",
		rapport.EffectFindReversal:  "FindReversal",
		rapport.EffectCountReversal: "CountReversal",
		rapport.EffectWriteOff:      "WriteOff",
	}[effect]
}

// Store is what the activities remember with.
type Store interface {
	ProviderStore

	ApplyBatch(ctx context.Context, b rapport.Batch) error

	PrepareMail(ctx context.Context, in rapport.MailOrder) (rapport.MailDraft, error)
	// SaveMail fixes the rendered text of a prepared mail.
	SaveMail(ctx context.Context, m rapport.RenderedMail) error
	// ClaimMail fixes the text and takes the mail for sending, unless something stops or delays it, in one transaction with its link.
	ClaimMail(ctx context.Context, m rapport.RenderedMail) (rapport.MailClaim, error)
	// SettleMail records what became of a claimed mail.
	SettleMail(ctx context.Context, id uuid.UUID, state, providerID string) error
	// ManualMail gathers a mail whose text a person wrote.
	ManualMail(ctx context.Context, id uuid.UUID) (rapport.MailDraft, error)
	// BranchFacts is what a branch of a sequence can depend on.
	BranchFacts(ctx context.Context, partnership uuid.UUID) (rapport.BranchFacts, error)
	// OutsideDates are the dates of the campaign and of the creator, by their names in rapport.SequenceTrigger.
	OutsideDates(ctx context.Context, partnership uuid.UUID) (map[string]time.Time, error)

	DraftContract(ctx context.Context, offer uuid.UUID, term int) (uuid.UUID, error)
	ExecuteContract(ctx context.Context, contract uuid.UUID, now time.Time) (rapport.ContractPlan, error)
	SignedContract(ctx context.Context, id uuid.UUID) (rapport.SignedContract, error)
	// KeepContractPaper keeps the file of a signed contract; the first one stays.
	KeepContractPaper(ctx context.Context, contract uuid.UUID, pdf []byte) error
	ContractsWithoutPaper(ctx context.Context, limit int) ([]uuid.UUID, error)

	Payee(ctx context.Context, creator uuid.UUID) (rapport.Payee, error)
	// SavePayee remembers where a creator is paid, as the provider says it now. Where money would go elsewhere than before, every payout of the
	// creator that has not left is held, and the creator is told.
	SavePayee(ctx context.Context, now rapport.Payee) error

	PostToVerify(ctx context.Context, deliverable uuid.UUID) (rapport.PostToVerify, error)
	SavePostCheck(ctx context.Context, c rapport.PostCheck) error

	ReviewToOpen(ctx context.Context, submission uuid.UUID) (rapport.ReviewToOpen, error)
	SaveReviewOpened(ctx context.Context, review, submission uuid.UUID, choice rapport.PolicyChoice, checks []rapport.Check, media *rapport.Media) error
	// ReviewersToTell are the people of a stage whose decision is waited for, with whoever stands in for them; only one of them if only is given.
	ReviewersToTell(ctx context.Context, brand, review uuid.UUID, stage int, only uuid.UUID) ([]rapport.ReviewerToTell, error)
	// TellOfReview notes that a person is asked, once a key, and says whether the review's own mail goes to them now.
	TellOfReview(ctx context.Context, t rapport.ReviewToTell, now time.Time) (bool, error)
	// SlackToTell claims what a brand's channel is told under a key; false when there is no channel, or it was told before.
	SlackToTell(ctx context.Context, brand, review uuid.UUID, key string) (rapport.SlackTold, bool, error)
	SettleSlack(ctx context.Context, key, state, problem string) error

	PayeeOfPayout(ctx context.Context, payout uuid.UUID) (rapport.Payee, error)
	OpenPayout(ctx context.Context, id uuid.UUID, due time.Time, partnership, milestone uuid.UUID) (rapport.PayoutPlan, error)
	// OrderPayout re-reads approvals, payee and funds under the row's lock and opens an attempt, or finds the open one.
	OrderPayout(ctx context.Context, id uuid.UUID, submission int, requestHash func(rapport.TransferRequest) []byte) (rapport.PayoutOrder, error)
	// OrderOffline re-reads the approvals of a payout that people pay, and RecordOffline books what they paid, once.
	OrderOffline(ctx context.Context, payout uuid.UUID) (verdict string, err error)
	RecordOffline(ctx context.Context, payout, payment uuid.UUID) (verdict string, err error)
	MarkSent(ctx context.Context, payout uuid.UUID, attempt int) error
	SettlePayout(ctx context.Context, payout uuid.UUID, attempt int, t rapport.Transfer) error
	// NoteFound keeps what was found for a payout and is not what was asked for, so that people can look at it.
	NoteFound(ctx context.Context, payout uuid.UUID, found []rapport.Transfer) error
	// SettleAccepted settles an attempt with a transfer that two people accepted. False while the brand's funds do not cover what it moved.
	SettleAccepted(ctx context.Context, payout uuid.UUID, attempt int, t rapport.Transfer) (bool, error)
	RejectAttempt(ctx context.Context, payout uuid.UUID, attempt int, kind, code string) error
	MarkUnknown(ctx context.Context, payout uuid.UUID) error
	// OpenAttempt is the attempt whose outcome is open, with how long ago it was last sent and how often it was looked up.
	OpenAttempt(ctx context.Context, payout uuid.UUID) (rapport.OpenAttempt, error)
	MarkLookedUp(ctx context.Context, payout uuid.UUID, attempt int) error

	ReversalStore

	TopUp(ctx context.Context, id uuid.UUID) (rapport.TopUp, error)
	SettleTopUp(ctx context.Context, id uuid.UUID, providerID, status string) error
}

// ProviderStore remembers whether the payment provider takes our key, and what it says of money beyond our transfers.
type ProviderStore interface {
	// PaymentsPaused says that the provider refuses our key, so that nobody asks it for anything.
	PaymentsPaused(ctx context.Context) (bool, error)
	// PauseProvider keeps everybody from asking a provider that refuses our key, until a probe is answered.
	PauseProvider(ctx context.Context, code string) error

	// PayoutsWithoutPayment are the payouts that went to an account and of which nobody knows what it calls them.
	PayoutsWithoutPayment(ctx context.Context, account string) ([]uuid.UUID, error)
	NotePayment(ctx context.Context, t rapport.Transfer) error
	// KeepBankPayout remembers how a payout to the bank stands. What failed stays failed.
	KeepBankPayout(ctx context.Context, b rapport.BankPayout) error
}

// Payer moves money. Its errors are *rapport.PayError.
type Payer interface {
	CreatePayeeAccount(ctx context.Context, creator uuid.UUID, email, country string) (rapport.PayeeAccount, error)
	PayeeAccount(ctx context.Context, account string) (rapport.PayeeAccount, error)
	RequestHash(r rapport.TransferRequest) []byte
	Transfer(ctx context.Context, r rapport.TransferRequest) (rapport.Transfer, error)
	TransfersOf(ctx context.Context, payout uuid.UUID) ([]rapport.Transfer, error)
	ReversalHash(r rapport.ReversalRequest) []byte
	Reverse(ctx context.Context, r rapport.ReversalRequest) (rapport.TakenBack, error)
	ReversalsOf(ctx context.Context, transfer string) ([]rapport.TakenBack, error)
	CreateTopUp(ctx context.Context, id, brand uuid.UUID, amount rapport.Money) (rapport.ProviderTopUp, error)
	TopUp(ctx context.Context, providerID string) (rapport.ProviderTopUp, error)
	// BankPayout reads a payout of a creator's account to the bank as it is now.
	BankPayout(ctx context.Context, account, id string) (rapport.BankPayout, error)
}

// Mailer sends mail. Its errors are *rapport.SendError.
type Mailer interface {
	SendMail(ctx context.Context, m rapport.OutgoingMail) (providerID string, err error)
	// ReplyAddress is the address whose mail comes back with the message's token.
	ReplyAddress(message uuid.UUID) string
}

// Fetcher looks at a public page through the guarded client.
type Fetcher interface {
	FetchPost(ctx context.Context, url string) (rapport.FetchedPost, error)
}

// Prober measures pictures and videos.
type Prober interface {
	Probe(ctx context.Context, contentType string, body []byte) rapport.Media
}

// Shooter takes a picture of a page that was fetched before, without fetching anything.
type Shooter interface {
	Shoot(ctx context.Context, html []byte) (png []byte, err error)
}

// Chat posts to a brand's channel. Its errors are *rapport.SendError.
type Chat interface {
	Post(ctx context.Context, webhookURL, text string) error
	// Link is text that leads to an address, for a text to post.
	Link(url, text string) string
}

// Activities carries out effects. It keeps nothing in memory that another process must know.
type Activities struct {
	Store     Store
	Payer     Payer
	Mailer    Mailer
	Fetcher   Fetcher
	Prober    Prober
	Shooter   Shooter // nil without a browser
	Slack     Chat    // nil without one
	Signing   Signing // nil is ClickToSign
	Paper     func(rapport.SignedContract) (pdf []byte, err error)
	Jobs      map[string]func(context.Context) error
	Pace      func(context.Context) error // waits until a transfer may be sent; nil is no limit
	PublicURL string
	MailHost  string // the domain of our Message-IDs
	NewToken  func() string
	HashToken func(string) []byte
}

// Record writes what a machine said.
func (a *Activities) Record(ctx context.Context, b Batch) error {
	failpoint(b.Kind + ".recording")
	return classify(a.Store.ApplyBatch(ctx, b))
}

// RunJob runs one round of a periodic job.
func (a *Activities) RunJob(ctx context.Context, kind string) error {
	if f, ok := a.Jobs[kind]; ok {
		return classify(f(ctx))
	}
	return permanent("unknown_job", nil)
}
