package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	openapi_types "github.com/oapi-codegen/runtime/types"

	"rapport"
	"rapport/api/gen"
)

// HistoryStore keeps what was done about money and rights, and what payees got in a year.
type HistoryStore interface {
	MoneyHistory(ctx context.Context, f rapport.HistoryFilter, page rapport.Page) ([]rapport.HistoryItem, []string, error)
	PayeeYears(ctx context.Context, f rapport.PayeeYearFilter, page rapport.Page) ([]rapport.PayeeYear, []string, error)
	PayeeThresholds(ctx context.Context, year int) ([]rapport.PayeeThreshold, error)
}

func (s *Server) historyFilter(p gen.ListHistoryParams) (rapport.HistoryFilter, error) {
	f := rapport.HistoryFilter{BrandID: p.BrandId, UserID: p.UserId, PayoutID: p.PayoutId, Action: value(p.Action), Noun: value(p.Noun)}
	var err error
	f.From, f.To, err = s.period(p.From, p.To)
	if f.Noun != "" && !slices.Contains(rapport.HistoryNouns(), f.Noun) {
		return f, rapport.Invalid(rapport.Field{Path: "noun", Code: "unknown_value", Detail: "The history is not about this."})
	}
	return f, err
}

// ListHistory lists what was done about money and rights, newest first.
func (s *Server) ListHistory(ctx context.Context, r gen.ListHistoryRequestObject) (gen.ListHistoryResponseObject, error) {
	store, err := storeAs[HistoryStore](s)
	if err != nil {
		return nil, err
	}
	page, err := pageOf(r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	f, err := s.historyFilter(r.Params)
	if err != nil {
		return nil, err
	}
	items, next, err := store.MoneyHistory(ctx, f, page)
	if err != nil {
		return nil, err
	}
	list := gen.ListHistory200JSONResponse{Items: make([]gen.HistoryItem, len(items)), NextCursor: cursorOf(next)}
	say := houseWords(ctx)
	for i, h := range items {
		list.Items[i] = gen.HistoryItem{
			Key: h.Key, At: h.At, Actor: orNil(h.ActorName), Action: h.Action, What: historyWords(say, h), Noun: h.Noun, Subject: h.Subject, BrandName: orNil(h.BrandName),
			PartnershipId: h.PartnershipID, About: orNil(h.About), Reason: orNil(historyReason(h)),
		}
		if h.Amount != nil {
			amount := toMoney(*h.Amount)
			list.Items[i].Amount = &amount
		}
	}
	return list, nil
}

// rulesOf is what the audit log keeps of a brand's rules for money and of a campaign's budget.
type rulesOf struct {
	Budget    *rapport.Money `json:"budget"`
	Threshold *rapport.Money `json:"second_pair_threshold"`
	Cap       *int           `json:"netting_cap_percent"`
	Notice    *int           `json:"netting_notice_days"`
	CoolOff   *int           `json:"destination_cool_off_days"`
}

// changeWords say what was changed about money, and from what to what; nothing when it was something else.
func changeWords(say rapport.Words, h rapport.HistoryItem) string {
	var detail struct {
		Before rulesOf `json:"before"`
		After  rulesOf `json:"after"`
		Base   string  `json:"base"`
		Quote  string  `json:"quote"`
		Rate   string  `json:"rate"`
	}
	if len(h.Detail) == 0 || json.Unmarshal(h.Detail, &detail) != nil {
		return ""
	}
	if detail.Rate != "" {
		return fmt.Sprintf("Entered a rate of exchange: 1 %s is %s %s", strings.ToUpper(detail.Base), detail.Rate, strings.ToUpper(detail.Quote))
	}
	was, is := detail.Before, detail.After
	var said []string
	changed := func(what, from, to string) { said = append(said, fmt.Sprintf("%s from %s to %s", what, from, to)) }
	if was.Budget != nil && is.Budget != nil {
		changed("the budget", say.Money(*was.Budget), say.Money(*is.Budget))
	}
	if was.Threshold != nil && is.Threshold != nil {
		changed("where two people of finance approve", say.Money(*was.Threshold), say.Money(*is.Threshold))
	}
	for _, n := range []struct {
		what    string
		was, is *int
	}{
		{"the percent kept for what a creator owes", was.Cap, is.Cap}, {"the days of notice before anything is kept", was.Notice, is.Notice},
		{"the working days that payments wait after a changed bank account", was.CoolOff, is.CoolOff},
	} {
		if n.was != nil && n.is != nil {
			changed(n.what, strconv.Itoa(*n.was), strconv.Itoa(*n.is))
		}
	}
	if len(said) == 0 {
		return ""
	}
	return "Changed " + strings.Join(said, ", ")
}

// historyActs are what people do about money, in words.
var historyActs = map[string]string{ //nolint:gochecknoglobals // a table
	"payee.destination_changed": "The bank account of the creator changed",
	"payout.hold":               "Held the payment",
	"payout.release":            "Released the hold", "payout.cancel": "Cancelled the payment", "payout.retry": "Tried again", "payout.exclude": "Left out of a batch",
	"payout.accept_transfer": "Asked to accept a transfer as the payment", "payout.accepted_transfer": "Approved that a transfer is the payment",
	"payout.approved_as_preparer": "Approved as preparer", "payout.approved_as_releaser": "Approved as releaser",
	"reversal.requested": "Asked to take money back", "reversal.approved_reverse": "Approved that money is taken back", "reversal.approved_write_off": "Approved that the rest is given up",
	"reversal.cancel": "Left the money with the creator", "reversal.retry": "Tried again to take money back", "reversal.reconcile": "Looked the reversal up at Stripe",
	"reconciliation.booking_asked": "Asked to book a top-up", "reconciliation.booking_approved": "Approved that a top-up is booked",
	"reconciliation.booked": "Booked a top-up as Stripe says", "reconciliation.not_booked": "Did not book a top-up",
	"reversal.net": "Left it to the next payments", "reversal.ask_write_off": "Asked to give the rest up", "reversal.keep_claim": "Did not give the rest up",
}

// historyWords says what was done in words: those of what people do, those of a payment's or a reversal's history where it is one, else those of
// the action.
func historyWords(say rapport.Words, h rapport.HistoryItem) string {
	if words := changeWords(say, h); words != "" {
		return words
	}
	if words, ok := historyActs[h.Action]; ok {
		return words
	}
	source, kind, _ := strings.Cut(h.Action, ".")
	if _, known := factTable[kind]; known && source == "reversal" {
		_, title, _ := factTitle(say, rapport.Fact{Kind: kind, Code: h.Reason, Amount: value(h.Amount)}, h.About)
		return title
	}
	if source == "payout" && strings.HasPrefix(kind, "payout_") {
		title, _ := payoutEventWords(say, rapport.Fact{Kind: kind, Code: h.Reason, Until: h.At}) // the list has no room for when it is due
		return title
	}
	if said, ok := map[string]string{
		"payout.pay_offline": "To be paid outside of Stripe", "payout.pay_stripe": "To be paid by Stripe after all", "payout.record_offline": "Paid outside of Stripe, and recorded",
	}[h.Action]; ok {
		return said
	}
	return upperFirst(strings.ReplaceAll(source, "_", " ")) + ": " + strings.ReplaceAll(kind, "_", " ")
}

// historyReason is why something was done: a person's own words, or the condition that held a payment in plain ones.
func historyReason(h rapport.HistoryItem) string {
	if strings.HasPrefix(h.Action, "payout.") {
		return conditionWords(h.Reason)
	}
	if h.Action == "reconciliation.not_booked" {
		return notBooked[h.Reason]
	}
	return h.Reason
}

// ExportHistory gives the same as a table.
func (s *Server) ExportHistory(ctx context.Context, r gen.ExportHistoryRequestObject) (gen.ExportHistoryResponseObject, error) {
	store, err := storeAs[HistoryStore](s)
	if err != nil {
		return nil, err
	}
	p := r.Params
	f, err := s.historyFilter(gen.ListHistoryParams{BrandId: p.BrandId, UserId: p.UserId, Action: p.Action, Noun: p.Noun, From: p.From, To: p.To})
	if err != nil {
		return nil, err
	}
	history, err := readPages(func(page rapport.Page) ([]rapport.HistoryItem, []string, error) {
		return store.MoneyHistory(ctx, f, page)
	})
	if err != nil {
		return nil, err
	}
	rows := func(row func(cells ...any) error) error {
		if err := row("When", "Who", "What", "Action", "About", "Brand", "Amount", "Currency", "Reason", "Thing", "Partnership"); err != nil {
			return err
		}
		say := rapport.WordsIn("") // a table names its currency in a column of its own
		return history(func(h rapport.HistoryItem) error {
			amount, currency := amountOf(h.Amount)
			return row(h.At, h.ActorName, historyWords(say, h), h.Action, h.About, h.BrandName, amount, currency, historyReason(h), idText(h.Subject), idText(h.PartnershipID))
		})
	}
	return historyFile{sheetFile{name: "history-" + f.From.Format("2006-01-02") + "-" + f.To.Format("2006-01-02"), xlsx: isXLSX(p.Format), title: "History", rows: rows}}, nil
}

type historyFile struct{ sheetFile }

// VisitExportHistoryResponse writes the file.
func (f historyFile) VisitExportHistoryResponse(w http.ResponseWriter) error { return f.write(w) }

func (s *Server) payeeYearFilter(p gen.ListPayeeYearsParams) (rapport.PayeeYearFilter, error) {
	f := rapport.PayeeYearFilter{Year: s.today().Year(), BrandID: p.BrandId, Country: strings.ToUpper(value(p.Country)), Stands: value(p.Stands)}
	edit(&f.Year, p.Year)
	for _, stands := range f.Stands {
		if !slices.Contains(rapport.PayeeStands(), stands) {
			return f, rapport.Invalid(rapport.Field{Path: "stands", Code: "unknown_value", Detail: "No payee stands so."})
		}
	}
	return f, nil
}

// ListPayeeYears lists what payees got in a year, and how that stands to the thresholds that are kept.
func (s *Server) ListPayeeYears(ctx context.Context, r gen.ListPayeeYearsRequestObject) (gen.ListPayeeYearsResponseObject, error) {
	store, err := storeAs[HistoryStore](s)
	if err != nil {
		return nil, err
	}
	page, err := pageOf(r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	f, err := s.payeeYearFilter(r.Params)
	if err != nil {
		return nil, err
	}
	years, next, err := store.PayeeYears(ctx, f, page)
	if err != nil {
		return nil, err
	}
	thresholds, err := store.PayeeThresholds(ctx, f.Year)
	if err != nil {
		return nil, err
	}
	list := gen.ListPayeeYears200JSONResponse{Items: make([]gen.PayeeYear, len(years)), Thresholds: make([]gen.PayeeThreshold, len(thresholds)), NextCursor: cursorOf(next)}
	for i, y := range years {
		list.Items[i] = gen.PayeeYear{
			BrandId: y.BrandID, BrandName: y.BrandName, CreatorId: y.CreatorID, CreatorName: y.CreatorName, Country: orNil(y.Country), Paid: toMoney(y.Paid), Reversed: toMoney(y.Reversed),
			Net: toMoney(y.Net()), Payments: y.Payments, Stands: gen.PayeeStands(y.Stands), Counted: toCounted(y.Counted),
		}
		if y.Threshold != nil {
			threshold := toMoney(*y.Threshold)
			list.Items[i].Threshold = &threshold
		}
	}
	for i, t := range thresholds {
		list.Thresholds[i] = gen.PayeeThreshold{Country: t.Country, Form: t.Form, FromYear: t.FromYear, Note: t.Note, Source: t.Source, SourceOn: openapi_types.Date{Time: t.SourceOn}}
		if t.Amount != nil {
			amount := toMoney(*t.Amount)
			list.Thresholds[i].Amount = &amount
		}
	}
	return list, nil
}

// ExportPayeeYears gives the same as a table, with every rate that it rests on, and remembers that they were used for it.
func (s *Server) ExportPayeeYears(ctx context.Context, r gen.ExportPayeeYearsRequestObject) (gen.ExportPayeeYearsResponseObject, error) {
	store, err := storeAs[HistoryStore](s)
	if err != nil {
		return nil, err
	}
	rates, err := storeAs[FXStore](s)
	if err != nil {
		return nil, err
	}
	p := r.Params
	f, err := s.payeeYearFilter(gen.ListPayeeYearsParams{BrandId: p.BrandId, Year: p.Year, Country: p.Country, Stands: p.Stands})
	if err != nil {
		return nil, err
	}
	years, err := readPages(func(page rapport.Page) ([]rapport.PayeeYear, []string, error) { return store.PayeeYears(ctx, f, page) })
	if err != nil {
		return nil, err
	}
	rows := func(row func(cells ...any) error) error {
		if err := row(yearHeads()...); err != nil {
			return err
		}
		var last rapport.PayeeYear
		return years(func(y rapport.PayeeYear) error {
			counted := y.Counted
			if y.CreatorID == last.CreatorID && y.BrandID == last.BrandID { // in another currency: what is said of all of them stands once
				counted = nil
			}
			last = y
			if counted != nil {
				if err := rates.UseFXQuotes(ctx, counted.Conversions, principalFrom(ctx).UserID); err != nil {
					return fmt.Errorf("remember the rates: %w", err)
				}
			}
			return yearRows(f.Year, y, counted, row)
		})
	}
	return payeeYearsFile{sheetFile{name: fmt.Sprintf("payees-%d", f.Year), xlsx: isXLSX(p.Format), title: "Payees", rows: rows}}, nil
}

type payeeYearsFile struct{ sheetFile }

// VisitExportPayeeYearsResponse writes the file.
func (f payeeYearsFile) VisitExportPayeeYearsResponse(w http.ResponseWriter) error { return f.write(w) }
