package sandbox

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// balance is what one holder has of one currency. Holders are the platform, its pending part, the connected accounts, payouts on
// their way, and the outside world; over all holders a currency always adds up to zero.
type balance struct {
	Holder   string `json:"holder"`
	Currency string `json:"currency"`
	Amount   int64  `json:"amount"`
}

const (
	holderPlatform = "platform"
	holderPending  = "pending"
	holderOutside  = "outside"
)

// movement is a balance transaction of the platform (Account empty) or of a connected account.
type movement struct {
	ID        string `json:"id"`
	Account   string `json:"account,omitempty"`
	Type      string `json:"type"`
	Category  string `json:"category"`
	Amount    int64  `json:"amount"`
	Currency  string `json:"currency"`
	Source    string `json:"source"`
	Pending   bool   `json:"pending,omitempty"`
	Payout    string `json:"payout,omitempty"` // the automatic payout that carried it to the bank
	Created   int64  `json:"created"`
	Available int64  `json:"available"`
}

type transfer struct {
	ID          string            `json:"id"`
	Amount      int64             `json:"amount"`
	Reversed    int64             `json:"reversed"`
	Currency    string            `json:"currency"`
	Destination string            `json:"destination"`
	Payment     string            `json:"payment"`
	Group       string            `json:"group,omitempty"`
	Description string            `json:"description,omitempty"`
	Metadata    map[string]string `json:"metadata"`
	Movement    string            `json:"movement"`
	Reversals   []string          `json:"reversals,omitempty"`
	Key         string            `json:"key,omitempty"`
	Created     int64             `json:"created"`
	At          int64             `json:"at"` // when it was asked for, in milliseconds
}

type reversal struct {
	ID       string            `json:"id"`
	Transfer string            `json:"transfer"`
	Amount   int64             `json:"amount"`
	Currency string            `json:"currency"`
	Metadata map[string]string `json:"metadata"`
	Movement string            `json:"movement"`
	Refund   string            `json:"refund"`
	Created  int64             `json:"created"`
}

type topup struct {
	ID          string            `json:"id"`
	Amount      int64             `json:"amount"`
	Currency    string            `json:"currency"`
	Description string            `json:"description,omitempty"`
	Descriptor  string            `json:"descriptor,omitempty"`
	Group       string            `json:"group,omitempty"`
	Status      string            `json:"status"`
	Metadata    map[string]string `json:"metadata"`
	Movement    string            `json:"movement"`
	Created     int64             `json:"created"`
}

type payout struct {
	ID          string            `json:"id"`
	Account     string            `json:"account"`
	Amount      int64             `json:"amount"`
	Currency    string            `json:"currency"`
	Status      string            `json:"status"`
	Automatic   bool              `json:"automatic"`
	Description string            `json:"description,omitempty"`
	Metadata    map[string]string `json:"metadata"`
	Movement    string            `json:"movement"`
	Failure     string            `json:"failure,omitempty"`
	FailureMove string            `json:"failure_move,omitempty"`
	Created     int64             `json:"created"`
	Arrives     int64             `json:"arrives"`
}

var errOverdrawn = errors.New("a balance would fall below zero")

// move is the only way in which money changes hands, so nothing is made or lost.
func (s *Server) move(x *tx, currency, from, to string, amount int64) {
	for holder, delta := range map[string]int64{from: -amount, to: amount} {
		b := s.balanceOf(holder, currency)
		b.Amount += delta
		if b.Amount < 0 && holder != holderOutside {
			x.err = errors.Join(x.err, fmt.Errorf("%s %s: %w", holder, currency, errOverdrawn))
		}
		s.balances.put(x, holder+"|"+currency, b)
	}
}

func (s *Server) balanceOf(holder, currency string) balance {
	b, _ := s.balances.get(holder + "|" + currency)
	b.Holder, b.Currency = holder, currency
	return b
}

func (s *Server) newMovement(x *tx, m movement) string {
	m.ID, m.Created = newID("txn_"), time.Now().Unix()
	m.Available = m.Created
	s.movements.put(x, m.ID, m)
	return m.ID
}

func (s *Server) createTransfer(x *tx, c *call) (any, *stripeError) {
	amount, currency, to := c.number("amount"), strings.ToLower(c.text("currency")), c.text("destination")
	if e := checkExpand(c, "balance_transaction"); e != nil {
		return nil, e
	}
	if e := checkAmount(amount, currency); e != nil {
		return nil, e
	}
	account, ok := s.accounts.get(to)
	switch {
	case c.account != "":
		return nil, invalid("transfers_not_allowed", "", "Connected accounts cannot make transfers here.")
	case !ok:
		return nil, invalid("resource_missing", "destination", "No such destination: '%s'", to)
	case account.Transfers != capabilityActive:
		return nil, invalid("insufficient_capabilities_for_transfer", "",
			"Your destination account needs to have at least one of the following capabilities enabled: transfers, crypto_transfers, legacy_payments")
	case s.balanceOf(holderPlatform, currency).Amount < amount:
		return nil, invalid("balance_insufficient", "",
			"You have insufficient available funds in your Stripe account. One likely cause is that your funds are pending.")
	}
	t := transfer{
		ID: newID("tr_"), Amount: amount, Currency: currency, Destination: to, Payment: newID("py_"), Group: c.text("transfer_group"),
		Description: c.text("description"), Metadata: c.metadata(), Key: c.key, Created: time.Now().Unix(), At: c.at.UnixMilli(),
	}
	s.move(x, currency, holderPlatform, to, amount)
	t.Movement = s.newMovement(x, movement{
		Type: "transfer", Category: "transfer", Amount: -amount, Currency: currency, Source: t.ID,
	})
	s.newMovement(x, movement{
		Account: to, Type: "payment", Category: "charge", Amount: amount, Currency: currency, Source: t.Payment,
	})
	s.transfers.put(x, t.ID, t)
	s.planPayout(x, account, currency)
	s.emit(x, c, endpointAccount, "transfer.created", "", s.renderTransfer(t, nil))
	return s.renderTransfer(t, c), nil
}

func (s *Server) createReversal(x *tx, c *call) (any, *stripeError) {
	t, ok := s.transfers.get(c.id)
	if !ok {
		return nil, missing("transfer", c.id)
	}
	if e := checkExpand(c, "balance_transaction", "transfer"); e != nil {
		return nil, e
	}
	left := t.Amount - t.Reversed
	amount := left
	if c.form.Has("amount") {
		amount = c.number("amount")
		if e := checkAmount(amount, t.Currency); e != nil {
			return nil, e
		}
	}
	switch {
	case left == 0:
		return nil, invalid("transfer_already_reversed", "", "Transfer %s is already fully reversed.", t.ID)
	case amount > left:
		return nil, invalid("", "amount", "Reversal amount (%d) is greater than unreversed amount on transfer (%d).", amount, left)
	case s.balanceOf(t.Destination, t.Currency).Amount < amount:
		return nil, invalid("balance_insufficient", "", "The recipient's balance is too small to reverse this amount.")
	}
	r := reversal{
		ID: newID("trr_"), Transfer: t.ID, Amount: amount, Currency: t.Currency, Metadata: c.metadata(), Refund: newID("pyr_"),
		Created: time.Now().Unix(),
	}
	s.move(x, t.Currency, t.Destination, holderPlatform, amount)
	r.Movement = s.newMovement(x, movement{
		Type: "transfer_refund", Category: "transfer_reversal", Amount: amount, Currency: t.Currency, Source: r.ID,
	})
	s.newMovement(x, movement{
		Account: t.Destination, Type: "payment_refund", Category: "refund", Amount: -amount, Currency: t.Currency, Source: r.Refund,
	})
	t.Reversed += amount
	t.Reversals = append(append([]string{}, t.Reversals...), r.ID)
	s.reversals.put(x, r.ID, r)
	s.transfers.put(x, t.ID, t)
	s.emit(x, c, endpointAccount, "transfer.reversed", "", s.renderTransfer(t, nil))
	s.emitAvailable(x, c)
	return s.renderReversal(r, c), nil
}

func (s *Server) createTopup(x *tx, c *call) (any, *stripeError) {
	amount, currency := c.number("amount"), strings.ToLower(c.text("currency"))
	if e := checkExpand(c, "balance_transaction"); e != nil {
		return nil, e
	}
	if e := checkAmount(amount, currency); e != nil {
		return nil, e
	}
	t := topup{
		ID: newID("tu_"), Amount: amount, Currency: currency, Description: c.text("description"), Status: "pending",
		Descriptor: c.text("statement_descriptor"), Group: c.text("transfer_group"), Metadata: c.metadata(), Created: time.Now().Unix(),
	}
	s.move(x, currency, holderOutside, holderPending, amount)
	t.Movement = s.newMovement(x, movement{
		Type: "topup", Category: "topup", Amount: amount, Currency: currency, Source: t.ID, Pending: true,
	})
	s.topups.put(x, t.ID, t)
	s.emit(x, c, endpointAccount, "topup.created", "", s.renderTopup(t, nil))
	s.schedule(x, job{Kind: "topup", Ref: t.ID}, 0)
	return s.renderTopup(t, c), nil
}

// settleTopup makes a top-up's money available.
func (s *Server) settleTopup(_ context.Context, j job) time.Duration {
	return s.finish(j, func(x *tx) error {
		t, ok := s.topups.get(j.Ref)
		if !ok || t.Status != "pending" {
			return nil
		}
		t.Status = "succeeded"
		s.topups.put(x, t.ID, t)
		s.move(x, t.Currency, holderPending, holderPlatform, t.Amount)
		if m, ok := s.movements.get(t.Movement); ok {
			m.Pending, m.Available = false, time.Now().Unix()
			s.movements.put(x, m.ID, m)
		}
		s.emit(x, nil, endpointAccount, "topup.succeeded", "", s.renderTopup(t, nil))
		s.emitAvailable(x, nil)
		return nil
	})
}

var errNotArrived = errors.New("no such top-up has arrived")

// reverseTopup lets the bank take back a top-up that had arrived.
func (s *Server) reverseTopup(id string) error {
	return s.db.update(func(x *tx) error {
		t, ok := s.topups.get(id)
		if !ok || t.Status != "succeeded" {
			return errNotArrived
		}
		t.Status = "reversed"
		s.topups.put(x, t.ID, t)
		s.move(x, t.Currency, holderPlatform, holderOutside, t.Amount)
		s.newMovement(x, movement{Type: "topup_reversal", Category: "topup_reversal", Amount: -t.Amount, Currency: t.Currency, Source: t.ID})
		s.emit(x, nil, endpointAccount, "topup.reversed", "", s.renderTopup(t, nil))
		return nil
	})
}

// adjust sets or raises what the platform has available, as a recorded movement, so that the books of its callers can follow.
func (s *Server) adjust(currency string, amount int64, add bool) (after int64, err error) {
	err = s.db.update(func(x *tx) error {
		delta := amount
		if !add {
			delta -= s.balanceOf(holderPlatform, currency).Amount
		}
		if delta == 0 {
			return nil
		}
		s.move(x, currency, holderOutside, holderPlatform, delta)
		s.newMovement(x, movement{
			Type: "adjustment", Category: "other_adjustment", Amount: delta, Currency: currency, Source: newID("tu_"),
		})
		if delta > 0 {
			s.emitAvailable(x, nil)
		}
		return nil
	})
	s.db.view(func() { after = s.balanceOf(holderPlatform, currency).Amount })
	return after, err
}

func (s *Server) emitAvailable(x *tx, c *call) {
	s.emit(x, c, endpointAccount, "balance.available", "", s.renderBalance(""))
}

// planPayout sees to it that the account's money goes to its bank within a day, together with what else comes until then.
func (s *Server) planPayout(x *tx, a account, currency string) {
	id := "payout|" + a.ID + "|" + currency
	if _, planned := s.jobs.get(id); planned || a.Interval == "manual" || !a.PayoutsEnabled {
		return
	}
	s.schedule(x, job{ID: id, Kind: "payout_open", Ref: a.ID, Args: map[string]string{"currency": currency}}, s.cfg.Pace)
}

func (s *Server) openPayout(_ context.Context, j job) time.Duration {
	return s.finish(j, func(x *tx) error {
		currency := j.Args["currency"]
		a, ok := s.accounts.get(j.Ref)
		have := s.balanceOf(j.Ref, currency).Amount
		have -= have % payoutStep(currency)
		if !ok || !a.PayoutsEnabled || have <= 0 {
			return nil
		}
		p := s.newPayout(x, nil, payout{Account: a.ID, Amount: have, Currency: currency, Automatic: true, Description: "STRIPE PAYOUT"})
		s.movements.oldest(func(_ string, m movement) bool {
			if m.Account == a.ID && m.Currency == currency && m.Payout == "" {
				m.Payout = p.ID
				s.movements.put(x, m.ID, m)
			}
			return true
		})
		return nil
	})
}

func (s *Server) newPayout(x *tx, c *call, p payout) payout {
	p.ID, p.Status, p.Created = newID("po_"), "pending", time.Now().Unix()
	p.Arrives = time.Now().Add(s.cfg.Pace).Unix()
	if p.Metadata == nil {
		p.Metadata = map[string]string{}
	}
	s.move(x, p.Currency, p.Account, "transit:"+p.ID, p.Amount)
	p.Movement = s.newMovement(x, movement{
		Account: p.Account, Type: "payout", Category: "payout", Amount: -p.Amount, Currency: p.Currency, Source: p.ID,
	})
	s.payouts.put(x, p.ID, p)
	s.emit(x, c, endpointConnect, "payout.created", p.Account, s.renderPayout(p))
	s.schedule(x, job{Kind: "payout_step", Ref: p.ID}, s.cfg.Pace/2)
	return p
}

func (s *Server) createPayout(x *tx, c *call) (any, *stripeError) {
	amount, currency := c.number("amount"), strings.ToLower(c.text("currency"))
	if c.account == "" {
		return nil, invalid("payouts_not_allowed", "", "The platform's own payouts are not part of this sandbox.")
	}
	if e := checkAmount(amount, currency); e != nil {
		return nil, e
	}
	a, _ := s.accounts.get(c.account)
	switch {
	case amount%payoutStep(currency) != 0:
		return nil, invalid("", "amount", "Payouts in %s must be divisible by %d.", currency, payoutStep(currency))
	case !a.PayoutsEnabled:
		return nil, invalid("payouts_not_allowed", "", "Cannot create payouts; this account has payouts disabled.")
	case s.balanceOf(c.account, currency).Amount < amount:
		return nil, invalid("balance_insufficient", "", "You have insufficient funds in your Stripe account for this transfer.")
	}
	p := s.newPayout(x, c, payout{
		Account: c.account, Amount: amount, Currency: currency, Description: c.text("description"), Metadata: c.metadata(),
	})
	return s.renderPayout(p), nil
}

// stepPayout takes a payout one step nearer to the bank: pending, in_transit, paid or failed.
func (s *Server) stepPayout(_ context.Context, j job) time.Duration {
	return s.finish(j, func(x *tx) error {
		p, ok := s.payouts.get(j.Ref)
		a, known := s.accounts.get(p.Account)
		if !ok || !known {
			return nil
		}
		kind := "payout.updated"
		switch {
		case p.Status == "pending":
			p.Status = "in_transit"
			s.schedule(x, job{Kind: "payout_step", Ref: p.ID}, s.cfg.Pace/2)
		case p.Status == "in_transit" && a.PayoutFailure != "":
			kind, p.Status, p.Failure = "payout.failed", "failed", a.PayoutFailure
			s.move(x, p.Currency, "transit:"+p.ID, p.Account, p.Amount)
			p.FailureMove = s.newMovement(x, movement{
				Account: p.Account, Type: "payout_failure", Category: "payout_reversal", Amount: p.Amount, Currency: p.Currency, Source: p.ID,
			})
		case p.Status == "in_transit":
			kind, p.Status = "payout.paid", "paid"
			s.move(x, p.Currency, "transit:"+p.ID, holderOutside, p.Amount)
		default:
			return nil
		}
		s.payouts.put(x, p.ID, p)
		s.emit(x, nil, endpointConnect, kind, p.Account, s.renderPayout(p))
		return nil
	})
}

func (s *Server) renderMovement(m movement, expanded bool) map[string]any {
	status := "available"
	if m.Pending {
		status = "pending"
	}
	out := map[string]any{
		"id": m.ID, "object": "balance_transaction", "amount": m.Amount, "net": m.Amount, "fee": 0, "fee_details": []any{},
		"currency": m.Currency, "created": m.Created, "available_on": m.Available, "description": nil, "exchange_rate": nil,
		"reporting_category": m.Category, "status": status, "type": m.Type, "source": m.Source,
	}
	if !expanded {
		return out
	}
	if t, ok := s.transfers.get(m.Source); ok {
		out["source"] = s.renderTransfer(t, nil)
	} else if r, ok := s.reversals.get(m.Source); ok {
		out["source"] = s.renderReversal(r, nil)
	} else if t, ok := s.topups.get(m.Source); ok {
		out["source"] = s.renderTopup(t, nil)
	}
	return out
}

// movementRef renders a balance transaction, or its id where the call does not expand it.
func (s *Server) movementRef(id string, c *call, names ...string) any {
	for _, name := range names {
		if c != nil && c.expands(name) {
			if m, ok := s.movements.get(id); ok {
				return s.renderMovement(m, false)
			}
		}
	}
	if id == "" {
		return nil
	}
	return id
}

func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func (s *Server) renderTransfer(t transfer, c *call) map[string]any {
	list := listAnswer{Object: "list", Data: []any{}, URL: "/v1/transfers/" + t.ID + "/reversals"}
	for i := len(t.Reversals) - 1; i >= 0 && len(list.Data) < defaultPage; i-- {
		if r, ok := s.reversals.get(t.Reversals[i]); ok {
			list.Data = append(list.Data, s.renderReversal(r, nil))
		}
	}
	list.HasMore = len(t.Reversals) > len(list.Data)
	return map[string]any{
		"id": t.ID, "object": "transfer", "amount": t.Amount, "amount_reversed": t.Reversed, "reversed": t.Reversed == t.Amount,
		"currency": t.Currency, "destination": t.Destination, "destination_payment": t.Payment, "transfer_group": orNull(t.Group),
		"description": orNull(t.Description), "metadata": t.Metadata, "created": t.Created, "livemode": false,
		"source_transaction": nil, "source_type": "card", "reversals": list,
		"balance_transaction": s.movementRef(t.Movement, c, "balance_transaction", "data.balance_transaction"),
	}
}

func (s *Server) renderReversal(r reversal, c *call) map[string]any {
	var parent any = r.Transfer
	if t, ok := s.transfers.get(r.Transfer); ok && c != nil && c.expands("transfer") {
		parent = s.renderTransfer(t, nil)
	}
	return map[string]any{
		"id": r.ID, "object": "transfer_reversal", "amount": r.Amount, "currency": r.Currency, "created": r.Created,
		"metadata": r.Metadata, "transfer": parent, "destination_payment_refund": r.Refund, "source_refund": nil,
		"balance_transaction": s.movementRef(r.Movement, c, "balance_transaction", "data.balance_transaction"),
	}
}

func (s *Server) renderTopup(t topup, c *call) map[string]any {
	return map[string]any{
		"id": t.ID, "object": "topup", "amount": t.Amount, "currency": t.Currency, "created": t.Created, "status": t.Status,
		"description": orNull(t.Description), "statement_descriptor": orNull(t.Descriptor), "transfer_group": orNull(t.Group),
		"metadata": t.Metadata, "livemode": false, "expected_availability_date": t.Created, "failure_code": nil,
		"failure_message": nil, "source": nil,
		"balance_transaction": s.movementRef(t.Movement, c, "balance_transaction", "data.balance_transaction"),
	}
}

func (s *Server) renderPayout(p payout) map[string]any {
	reconciliation := "not_applicable"
	if p.Automatic {
		reconciliation = "in_progress"
		if p.Status == "paid" {
			reconciliation = "completed"
		}
	}
	return map[string]any{
		"id": p.ID, "object": "payout", "amount": p.Amount, "currency": p.Currency, "status": p.Status, "automatic": p.Automatic,
		"created": p.Created, "arrival_date": p.Arrives, "description": orNull(p.Description), "metadata": p.Metadata, "livemode": false,
		"method": "standard", "type": "bank_account", "source_type": "card", "balance_transaction": p.Movement,
		"failure_code": orNull(p.Failure), "failure_message": nil, "failure_balance_transaction": orNull(p.FailureMove),
		"destination": nil, "original_payout": nil, "reversed_by": nil, "statement_descriptor": nil, "application_fee": nil,
		"application_fee_amount": nil, "reconciliation_status": reconciliation, "trace_id": nil,
	}
}

// renderBalance shows the balance of the platform or of a connected account.
func (s *Server) renderBalance(account string) map[string]any {
	available, pending := []any{}, []any{}
	holder := holderPlatform
	if account != "" {
		holder = account
	}
	s.balances.oldest(func(_ string, b balance) bool {
		line := map[string]any{"amount": b.Amount, "currency": b.Currency, "source_types": map[string]int64{"card": b.Amount}}
		switch {
		case b.Holder == holder:
			available = append(available, line)
			if account != "" || s.balanceOf(holderPending, b.Currency).Amount == 0 {
				pending = append(pending, map[string]any{
					"amount": 0, "currency": b.Currency, "source_types": map[string]int64{"card": 0},
				})
			}
		case b.Holder == holderPending && account == "" && b.Amount != 0:
			pending = append(pending, line)
		}
		return true
	})
	return map[string]any{"object": "balance", "available": available, "pending": pending, "livemode": false}
}

func (s *Server) readTransfer(c *call) (any, *stripeError) {
	if e := checkExpand(c, "balance_transaction"); e != nil {
		return nil, e
	}
	t, ok := s.transfers.get(c.id)
	if !ok {
		return nil, missing("transfer", c.id)
	}
	return s.renderTransfer(t, c), nil
}

func (s *Server) listTransfers(c *call) (any, *stripeError) {
	if e := checkExpand(c, "data.balance_transaction"); e != nil {
		return nil, e
	}
	return page(c, s.transfers, func(t transfer) bool {
		return c.account == "" && optional(c, "transfer_group", t.Group) && optional(c, "destination", t.Destination)
	}, func(t transfer) int64 { return t.Created }, func(t transfer) any { return s.renderTransfer(t, c) })
}

// optional tells whether a filter is absent or met.
func optional(c *call, name, have string) bool { return !c.form.Has(name) || c.text(name) == have }

func (s *Server) listReversals(c *call) (any, *stripeError) {
	if _, ok := s.transfers.get(c.id); !ok {
		return nil, missing("transfer", c.id)
	}
	if e := checkExpand(c, "data.balance_transaction"); e != nil {
		return nil, e
	}
	return page(c, s.reversals, func(r reversal) bool { return r.Transfer == c.id },
		func(r reversal) int64 { return r.Created }, func(r reversal) any { return s.renderReversal(r, c) })
}

func (s *Server) readReversal(c *call) (any, *stripeError) {
	if e := checkExpand(c, "balance_transaction", "transfer"); e != nil {
		return nil, e
	}
	r, ok := s.reversals.get(c.sub)
	if !ok || r.Transfer != c.id {
		return nil, missing("transfer_reversal", c.sub)
	}
	return s.renderReversal(r, c), nil
}

func (s *Server) readBalance(c *call) (any, *stripeError) { return s.renderBalance(c.account), nil }

func (s *Server) listMovements(c *call) (any, *stripeError) {
	if e := checkExpand(c, "data.source"); e != nil {
		return nil, e
	}
	if id := c.text("payout"); id != "" {
		p, ok := s.payouts.get(id)
		if !ok || p.Account != c.account {
			return nil, invalid("resource_missing", "payout", "No such payout: '%s'", id)
		}
		if !p.Automatic {
			return nil, invalid("", "payout", "Balance transaction history can only be filtered on automatic transfers, not manual.")
		}
	}
	return page(c, s.movements, func(m movement) bool {
		return m.Account == c.account && optional(c, "type", m.Type) && optional(c, "currency", m.Currency) &&
			optional(c, "source", m.Source) && optional(c, "payout", m.Payout)
	}, func(m movement) int64 { return m.Created }, func(m movement) any { return s.renderMovement(m, c.expands("data.source")) })
}

func (s *Server) readMovement(c *call) (any, *stripeError) {
	if e := checkExpand(c, "source"); e != nil {
		return nil, e
	}
	m, ok := s.movements.get(c.id)
	if !ok || m.Account != c.account {
		return nil, missing("balance transaction", c.id)
	}
	return s.renderMovement(m, c.expands("source")), nil
}

func (s *Server) readTopup(c *call) (any, *stripeError) {
	if e := checkExpand(c, "balance_transaction"); e != nil {
		return nil, e
	}
	t, ok := s.topups.get(c.id)
	if !ok {
		return nil, missing("topup", c.id)
	}
	return s.renderTopup(t, c), nil
}

func (s *Server) listTopups(c *call) (any, *stripeError) {
	if e := checkExpand(c, "data.balance_transaction"); e != nil {
		return nil, e
	}
	return page(c, s.topups, func(t topup) bool { return optional(c, "status", t.Status) },
		func(t topup) int64 { return t.Created }, func(t topup) any { return s.renderTopup(t, c) })
}

func (s *Server) readPayout(c *call) (any, *stripeError) {
	if e := checkExpand(c); e != nil {
		return nil, e
	}
	p, ok := s.payouts.get(c.id)
	if !ok || p.Account != c.account {
		return nil, missing("payout", c.id)
	}
	return s.renderPayout(p), nil
}

func (s *Server) listPayouts(c *call) (any, *stripeError) {
	if e := checkExpand(c); e != nil {
		return nil, e
	}
	return page(c, s.payouts, func(p payout) bool { return p.Account == c.account && optional(c, "status", p.Status) },
		func(p payout) int64 { return p.Created }, func(p payout) any { return s.renderPayout(p) })
}

// stripeEndpoints is every call that exists, by route.
func (s *Server) stripeEndpoints() map[string]endpoint {
	filters := func(names ...string) params {
		out := listing()
		for _, n := range names {
			out[n] = text()
		}
		return out
	}
	money := common().and(params{
		"amount": whole().must(), "currency": text().must(), "description": text(), "statement_descriptor": text(),
	})
	return map[string]endpoint{
		http.MethodPost + " /v1/accounts":      {params: accountFields(), write: s.createAccount},
		http.MethodGet + " /v1/accounts":       {params: listing(), read: s.listAccounts},
		http.MethodGet + " /v1/accounts/{id}":  {params: reading(), read: s.readAccount},
		http.MethodGet + " /v1/account":        {params: reading(), read: s.readPlatform},
		http.MethodPost + " /v1/accounts/{id}": {params: accountFields(), write: s.updateAccount},
		http.MethodPost + " /v1/account_links": {params: reading().and(params{
			"account": text().must(), "refresh_url": text(), "return_url": text(), "collection_options[future_requirements]": oneOf("include", "omit"),
			"collection_options[fields]": oneOf("currently_due", "eventually_due"), "type": oneOf("account_onboarding", "account_update").must(),
		}), write: s.createLink},
		http.MethodPost + " /v1/accounts/{id}/login_links": {params: reading(), write: s.createLoginLink},
		http.MethodPost + " /v1/transfers": {params: common().and(params{
			"amount": whole().must(), "currency": text().must(), "destination": text().must(), "description": text(), "transfer_group": text(),
			"source_type": oneOf("bank_account", "card", "fpx"),
		}), write: s.createTransfer},
		http.MethodGet + " /v1/transfers":      {params: filters("transfer_group", "destination"), read: s.listTransfers},
		http.MethodGet + " /v1/transfers/{id}": {params: reading(), read: s.readTransfer},
		http.MethodPost + " /v1/transfers/{id}/reversals": {params: common().and(params{
			"amount": whole(), "description": text(), "refund_application_fee": flag(),
		}), write: s.createReversal},
		http.MethodGet + " /v1/transfers/{id}/reversals": {params: params{
			"expand[]": text(), "limit": whole(), "starting_after": text(), "ending_before": text(),
		}, read: s.listReversals},
		http.MethodGet + " /v1/transfers/{id}/reversals/{sub}": {params: reading(), read: s.readReversal},
		http.MethodGet + " /v1/balance":                        {params: reading(), read: s.readBalance},
		http.MethodGet + " /v1/balance_transactions":           {params: filters("type", "currency", "source", "payout"), read: s.listMovements},
		http.MethodGet + " /v1/balance_transactions/{id}":      {params: reading(), read: s.readMovement},
		http.MethodPost + " /v1/topups":                        {params: money.and(params{"transfer_group": text()}), write: s.createTopup},
		http.MethodGet + " /v1/topups":                         {params: listing().and(params{"status": oneOf("canceled", "failed", "pending", "succeeded")}), read: s.listTopups},
		http.MethodGet + " /v1/topups/{id}":                    {params: reading(), read: s.readTopup},
		http.MethodPost + " /v1/payouts":                       {params: money, write: s.createPayout},
		http.MethodGet + " /v1/payouts":                        {params: filters("status"), read: s.listPayouts},
		http.MethodGet + " /v1/payouts/{id}":                   {params: reading(), read: s.readPayout},
		http.MethodGet + " /v1/events": {params: filters("type").and(params{
			"types[]": text(), "delivery_success": flag(),
		}), read: s.listEvents},
		http.MethodGet + " /v1/events/{id}": {params: reading(), read: s.readEvent},
	}
}
