package rapport

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
)

// What a line of a reconciliation is about.
const (
	LineSettle    = "settle" // the first three as the ledger calls them
	LineReversal  = "reversal"
	LineTopUp     = "topup"
	LineTopUpBack = "topup_reversal" // a top-up that came, and that the bank took back
	LineOther     = "other"          // what moved the balance and is none of ours: a fee, a charge
	LineInFlight  = "in_flight"      // the account of money on its way against the attempts that are open
	LineBalance   = "balance"        // the provider's balance against what moved it
	LineOffline   = "offline"        // what a person paid outside of the provider: listed, and compared with nothing
)

// What came of comparing a line.
const (
	LineMatched      = "matched"
	LineMissingHere  = "missing_here"
	LineMissingThere = "missing_there"
	LineDifferent    = "different"
	LineOpen         = "open"    // an attempt of ours is open for exactly this; its answer is still looked for
	LineOutside      = "outside" // not ours to match
)

// Why a payout is not sent although everything about it is right.
const (
	GatePaused      = "paused"       // the provider refuses our key
	GateRestored    = "restored"     // this is another copy of the data than the books were compared for
	GateStale       = "stale"        // the books were not compared for too long
	GateMissingHere = "missing_here" // the provider has a transfer of the brand, or to the destination, that the ledger lacks
)

// Reconciliation is one comparison of the ledger with the payment provider over [From, To).
type Reconciliation struct {
	ID      uuid.UUID
	From    time.Time
	To      time.Time
	Lines   []ReconciliationLine
	Closing *BalancePoint // nil when the balance did not stand still while it was read
}

// ReconciliationLine is one thing that was compared. Ours and Theirs are above zero, and zero where a side has none; Net is what moved the
// provider's balance.
type ReconciliationLine struct {
	N           int       `json:"-"` // its place in the run
	Kind        string    `json:"kind"`
	Ref         string    `json:"ref"`
	Key         string    `json:"key,omitempty"` // what its metadata says it is
	Result      string    `json:"result"`
	Differs     []string  `json:"differs,omitempty"` // in what: amount, currency, destination, metadata, net, status, no_object, no_movement, twice
	PayoutID    uuid.UUID `json:"payout_id,omitzero"`
	BrandID     uuid.UUID `json:"brand_id,omitzero"`
	BrandName   string    `json:"-"`
	Destination string    `json:"destination,omitempty"`
	Parent      string    `json:"parent,omitempty"` // of a reversal: the transfer
	Ours        Money     `json:"ours,omitzero"`
	Theirs      Money     `json:"theirs,omitzero"`
	Net         *int64    `json:"net,omitempty"` // nil where the balance has no movement of it
	At          time.Time `json:"at"`
}

// IsBreak says that somebody must find out why.
func (l ReconciliationLine) IsBreak() bool {
	return l.Result == LineMissingHere || l.Result == LineMissingThere || l.Result == LineDifferent
}

// Books are the three books of a window: the ledger's postings, the provider's objects, and what moved the provider's balance.
type Books struct {
	To        time.Time // the window's end
	Ours      []BookPosting
	Offline   []BookPosting // what was paid outside of the provider
	Objects   []BookObject
	Movements []BalanceMovement
	Open      []BookAttempt     // what was asked of the provider and is not known to have happened
	InFlight  []BookInFlight    //
	Opening   *BalancePoint     // how the balance stood when it was compared last; nil before the first time
	Closing   *BalancePoint     // nil when it did not stand still
	Moved     []BalanceMovement // all since the opening
}

// BookPosting is a posting of the ledger that moved what lies at the provider.
type BookPosting struct {
	Kind        string
	Ref         string // the provider's id of it
	Key         string // what its metadata must say; empty where nothing is known of it
	PayoutID    uuid.UUID
	BrandID     uuid.UUID
	Moved       Money // above zero what came, below what left
	Destination string
	Parent      string // of a reversal: the transfer
	At          time.Time
}

// BookObject is a transfer, a reversal or a top-up as the provider keeps it.
type BookObject struct {
	Kind        string
	Ref         string
	Key         string // <payout>/<attempt> of a transfer, <reversal>/<attempt> of a reversal, our id of a top-up
	PayoutID    uuid.UUID
	Amount      Money
	Destination string
	Parent      string // of a reversal: the transfer
	Status      string // of a top-up; empty for what is done at once
	Created     time.Time
}

// BookAttempt is something that was asked of the provider and whose answer is open.
type BookAttempt struct {
	Kind        string
	Key         string
	Amount      Money
	Destination string
}

// BookInFlight is a brand's account of money on its way, with the sum of the attempts that are open.
type BookInFlight struct {
	BrandID  uuid.UUID
	Currency string
	Account  int64
	Open     int64
}

// BalancePoint is the provider's balance, available and pending, at the end of a second. Refs are the movements of that second that are in
// it: the provider counts time in seconds.
type BalancePoint struct {
	At      time.Time        `json:"at"`
	Refs    []string         `json:"refs,omitempty"`
	Amounts map[string]int64 `json:"amounts"`
}

// BookRule is one kind of movement: its name in the ledger, in the provider's balance, and the way the money goes.
type BookRule struct {
	Kind     string
	Category string
	Sign     int64 // 1 when it comes to the provider's balance, -1 when it leaves
}

// BookRules lists what is compared movement by movement. Another kind of movement is another row.
func BookRules() []BookRule {
	return []BookRule{
		{Kind: LineSettle, Category: "transfer", Sign: -1},
		{Kind: LineReversal, Category: "transfer_reversal", Sign: 1},
		{Kind: LineTopUp, Category: "topup", Sign: 1},
		{Kind: LineTopUpBack, Category: "topup_reversal", Sign: -1},
	}
}

// BookKinds are the kinds of postings that are compared movement by movement.
func BookKinds() []string {
	rules := BookRules()
	kinds := make([]string, len(rules))
	for i, r := range rules {
		kinds[i] = r.Kind
	}
	return kinds
}

// topUpReversed is the state of a top-up that the bank took back.
const topUpReversed = "reversed"

// outflows are the categories of movements by which money leaves the provider's balance, and which are none of ours: to the platform's own bank,
// to a bank that takes a payment back, or to somebody who had paid.
func outflows() []string { return []string{"payout", "dispute", "refund"} }

// BookRef names something that a comparison asks about by itself.
type BookRef struct {
	Ref    string
	Parent string // of a reversal: the transfer
}

// CompareBooks says of everything in one of the books whether the others have it too, and alike.
func CompareBooks(b Books) []ReconciliationLine {
	var lines []ReconciliationLine
	ruled := map[string]bool{}
	for _, o := range b.Objects {
		if o.Kind == LineTopUp && o.Status == topUpReversed { // one object stands for both ways
			o.Kind = LineTopUpBack
			b.Objects = append(slices.Clip(b.Objects), o)
		}
	}
	for _, r := range BookRules() {
		ruled[r.Category] = true
		lines = append(lines, r.compare(b)...)
	}
	for _, m := range b.Movements {
		if !ruled[m.Category] {
			l := ReconciliationLine{Kind: LineOther, Ref: m.ID, Result: LineOutside, Net: &m.Net, At: m.Created}
			if m.Net < 0 && slices.Contains(outflows(), m.Category) {
				l.Result = LineMissingHere
			}
			l.Theirs = positive(m.Amount)
			lines = append(lines, l)
		}
	}
	for _, p := range b.Offline {
		lines = append(lines, ReconciliationLine{
			Kind: LineOffline, Ref: p.Ref, Result: LineOutside, PayoutID: p.PayoutID, BrandID: p.BrandID, Ours: positive(p.Moved), At: p.At,
		})
	}
	lines = append(lines, compareInFlight(b)...)
	lines = append(lines, compareBalance(b)...)
	slices.SortStableFunc(lines, func(x, y ReconciliationLine) int { return cmp.Or(x.At.Compare(y.At), cmp.Compare(x.Ref, y.Ref)) })
	return lines
}

// seen is what the three books have of one ref.
type seen struct {
	ours      *BookPosting
	object    *BookObject
	movement  *BalanceMovement
	movements int
}

func (r BookRule) compare(b Books) []ReconciliationLine {
	by := map[string]*seen{}
	at := func(ref string) *seen {
		if by[ref] == nil {
			by[ref] = &seen{}
		}
		return by[ref]
	}
	for i, p := range b.Ours {
		if p.Kind == r.Kind {
			at(p.Ref).ours = &b.Ours[i]
		}
	}
	for i, o := range b.Objects {
		if o.Kind == r.Kind {
			at(o.Ref).object = &b.Objects[i]
		}
	}
	for i, m := range b.Movements {
		if m.Category == r.Category {
			s := at(m.SourceID)
			s.movement, s.movements = &b.Movements[i], s.movements+1
		}
	}
	var lines []ReconciliationLine
	for _, ref := range slices.Sorted(maps.Keys(by)) {
		if l := r.line(ref, by[ref], b.Open); l.Result != "" {
			lines = append(lines, l)
		}
	}
	return lines
}

// line compares what the books have of one ref. A line without a result is none: a top-up that failed moved nothing anywhere.
func (r BookRule) line(ref string, s *seen, open []BookAttempt) ReconciliationLine {
	l := ReconciliationLine{Kind: r.Kind, Ref: ref}
	if m := s.movement; m != nil {
		l.Theirs, l.Net, l.At = positive(m.Amount), &m.Net, m.Created
	}
	if o := s.object; o != nil {
		l.Theirs, l.At, l.Key, l.PayoutID, l.Destination, l.Parent = o.Amount, o.Created, o.Key, o.PayoutID, o.Destination, o.Parent
	}
	if p := s.ours; p != nil {
		l.Ours, l.At, l.PayoutID, l.BrandID, l.Destination = positive(p.Moved), p.At, p.PayoutID, p.BrandID, p.Destination
	}
	switch {
	case s.ours == nil && s.object != nil && (s.object.Status == "failed" || s.object.Status == "canceled"):
	case s.ours == nil && s.object != nil && slices.ContainsFunc(open, func(a BookAttempt) bool { return a.is(*s.object) }):
		l.Result = LineOpen
	case s.ours == nil:
		l.Result = LineMissingHere
	case s.object == nil && s.movement == nil:
		l.Result = LineMissingThere
	default:
		if l.Differs = r.differs(s); len(l.Differs) > 0 {
			l.Result = LineDifferent
		} else {
			l.Result = LineMatched
		}
	}
	return l
}

func (a BookAttempt) is(o BookObject) bool {
	return a.Kind == o.Kind && a.Key == o.Key && a.Amount == o.Amount && (a.Destination == "" || a.Destination == o.Destination)
}

// differs names in what a posting, its object and its movement are not alike.
func (r BookRule) differs(s *seen) []string {
	var in []string
	say := func(word string, wrong bool) {
		if wrong {
			in = append(in, word)
		}
	}
	if o := s.object; o == nil {
		say("no_object", true)
	} else {
		say("amount", o.Amount.Amount*r.Sign != s.ours.Moved.Amount)
		say("currency", o.Amount.Currency != s.ours.Moved.Currency)
		say("destination", s.ours.Destination != "" && o.Destination != s.ours.Destination)
		say("metadata", s.ours.Key != "" && o.Key != s.ours.Key)
		say("status", o.Status != "" && o.Status != "succeeded" && o.Status != topUpReversed)
	}
	if m := s.movement; m == nil {
		say("no_movement", r.Kind != LineTopUpBack) // a top-up names the movement that brought it, and no other
	} else {
		say("net", m.Net != s.ours.Moved.Amount || m.Amount.Currency != s.ours.Moved.Currency)
		say("twice", s.movements > 1)
	}
	return in
}

func positive(m Money) Money {
	if m.Amount < 0 {
		m.Amount = -m.Amount
	}
	return m
}

// compareInFlight holds the accounts of money on its way against the attempts that are open: none are, none is on its way.
func compareInFlight(b Books) []ReconciliationLine {
	lines := make([]ReconciliationLine, 0, len(b.InFlight))
	for _, f := range b.InFlight {
		l := ReconciliationLine{
			Kind: LineInFlight, Ref: "in_flight:" + f.BrandID.String() + ":" + f.Currency, Result: LineMatched, BrandID: f.BrandID,
			Ours: Money{f.Account, f.Currency}, Theirs: Money{f.Open, f.Currency}, At: b.To,
		}
		if f.Account != f.Open {
			l.Result, l.Differs = LineDifferent, []string{"amount"}
		}
		if b.Closing != nil {
			l.At = b.Closing.At
		}
		lines = append(lines, l)
	}
	return lines
}

// compareBalance adds what moved to the opening balance and expects the closing one, in each currency.
func compareBalance(b Books) []ReconciliationLine {
	if b.Opening == nil || b.Closing == nil {
		return nil
	}
	want := maps.Clone(b.Opening.Amounts)
	if want == nil {
		want = map[string]int64{}
	}
	for _, m := range b.Moved {
		if b.Opening.Before(m) {
			want[m.Amount.Currency] += m.Net
		}
	}
	for currency := range b.Closing.Amounts {
		want[currency] += 0
	}
	lines := make([]ReconciliationLine, 0, len(want))
	for _, currency := range slices.Sorted(maps.Keys(want)) {
		l := ReconciliationLine{
			Kind: LineBalance, Ref: "balance:" + currency, Result: LineMatched, At: b.Closing.At,
			Ours: Money{want[currency], currency}, Theirs: Money{b.Closing.Amounts[currency], currency},
		}
		if l.Ours != l.Theirs {
			l.Result, l.Differs = LineDifferent, []string{"amount"}
		}
		lines = append(lines, l)
	}
	return lines
}

// Before says that a movement is not yet in the balance.
func (p *BalancePoint) Before(m BalanceMovement) bool {
	return m.Created.After(p.At) || m.Created.Equal(p.At) && !slices.Contains(p.Refs, m.ID)
}

// NextBalance is the balance as it stands after the movements since an instant. Where nothing moved since the last point, its second stays.
func NextBalance(last *BalancePoint, amounts map[string]int64, moved []BalanceMovement, since time.Time) *BalancePoint {
	p := &BalancePoint{At: since, Amounts: amounts}
	if last != nil {
		p.At, p.Refs = last.At, last.Refs
	}
	for _, m := range moved {
		switch {
		case m.Created.After(p.At):
			p.At, p.Refs = m.Created, []string{m.ID}
		case m.Created.Equal(p.At) && !slices.Contains(p.Refs, m.ID):
			p.Refs = append(slices.Clone(p.Refs), m.ID)
		}
	}
	return p
}

// ReconciliationRun is one comparison of the ledger with the payment provider, with how it went.
type ReconciliationRun struct {
	Reconciliation

	State      string // running, passed, breaks or failed
	Matched    int
	AskedBy    *UserRef // nil for the daily one
	Problem    string   // what kept its last try from ending, in a word
	StartedAt  time.Time
	FinishedAt *time.Time
	Sums       []ReconciliationSum
}

// ReconciliationSum counts the lines of one kind and result of a comparison, in one currency.
type ReconciliationSum struct {
	Kind   string
	Result string
	Count  int
	Ours   Money
	Theirs Money
}

// ReconciliationCase is a difference between the books that a person must explain.
type ReconciliationCase struct {
	ID          uuid.UUID
	Kind        string // missing_here, missing_there or different
	Noun        string // what it is about: a kind of line
	Ref         string
	BrandID     uuid.UUID // zero when nothing of ours explains it
	BrandName   string
	Meant       []uuid.UUID // without a brand: whose it may be
	PayoutID    uuid.UUID
	CreatorName string
	Destination string
	Differs     []string
	Ours        Money
	Theirs      Money
	At          time.Time
	State       string // open, explained or resolved
	Owner       *UserRef
	Reason      string
	ClosedBy    *UserRef
	ClosedAt    *time.Time
	FirstSeenAt time.Time
	LastSeenAt  time.Time
	GoneAt      *time.Time // the newest comparison found nothing wrong any more
	Notes       []ReconciliationNote
	Booking     *TopUpBooking // the newest that the scope may see; nil for none
}

// ReconciliationNote is one entry in the history of a case.
type ReconciliationNote struct {
	At     time.Time
	Author string // empty for a comparison
	Kind   string // note, assigned, explained, resolved, seen_again or gone
	Text   string
}

// CaseFilter narrows a list of cases; zero fields do not.
type CaseFilter struct {
	ID    *uuid.UUID
	State string // open or closed
	Kind  string
	Brand *uuid.UUID
}

// CaseChange is what a person does to a case.
type CaseChange struct {
	ID      uuid.UUID
	Command string // assign, note, explain or resolve
	Owner   uuid.UUID
	Text    string
}

// PaymentsGate says whether payouts are sent now, and if not, why.
type PaymentsGate struct {
	Pause    *ProviderPause
	Restored bool
	Stale    bool
	Until    *time.Time // up to when the books were compared without a gap; nil where they never were
	Brands   []GatedBrand
	Unsealed LedgerTail
}

// ProviderPause says that a provider refuses our key.
type ProviderPause struct {
	Code    string
	Since   time.Time
	ProbeAt time.Time
}

// GatedBrand counts the payouts of a brand that wait for the books or for the provider.
type GatedBrand struct {
	BrandID   uuid.UUID
	BrandName string
	Reason    string
	Waiting   int
	Amounts   []Money
}

// LedgerTail is what of the book is not sealed yet.
type LedgerTail struct {
	Count    int
	OldestAt *time.Time // nil when everything is sealed
	Late     bool       // the oldest should have been sealed by now
}
