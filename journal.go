package rapport

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// JournalAccount says how one kind of the ledger's accounts is called in a brand's own books.
type JournalAccount struct {
	Kind       string // the account's code up to its first colon; JournalOther for every kind that is not listed
	Label      string // in plain words
	QuickBooks string // the account's name there, with its parents: "Parent:Account"
	Xero       string // the account's code there
	XeroTax    string // the tax rate's name there
	Kept       bool   // a person set it; else it is the default
}

// JournalOther is the kind that stands for every account without a row of its own, so that no line is ever dropped.
const JournalOther = "other"

// JournalAccounts are the defaults, in the order in which they are shown. The codes for Xero collide with none of its own charts.
func JournalAccounts() []JournalAccount {
	const tax = "Tax Exempt"
	return []JournalAccount{
		{Kind: "stripe_cash", Label: "Balance at Stripe", QuickBooks: "Rapport Stripe balance", Xero: "RAP10", XeroTax: tax},
		{Kind: "offline_cash", Label: "Paid outside of Stripe", QuickBooks: "Rapport paid outside of Stripe", Xero: "RAP11", XeroTax: tax},
		{Kind: "brand_funds", Label: "Funds paid in and not spent", QuickBooks: "Rapport funds", Xero: "RAP20", XeroTax: tax},
		{Kind: "brand_in_flight", Label: "Funds on their way to creators", QuickBooks: "Rapport funds in flight", Xero: "RAP21", XeroTax: tax},
		{Kind: "brand_spent", Label: "Funds paid out", QuickBooks: "Rapport funds paid out", Xero: "RAP22", XeroTax: tax},
		{Kind: "milestone_expense", Label: "Cost of creators", QuickBooks: "Creator fees", Xero: "RAP30", XeroTax: tax},
		{Kind: "creator_payable", Label: "Owed to creators", QuickBooks: "Owed to creators", Xero: "RAP40", XeroTax: tax},
		{Kind: "clawback_receivable", Label: "Owed back by creators", QuickBooks: "Owed back by creators", Xero: "RAP41", XeroTax: tax},
		{Kind: "write_off", Label: "Written off", QuickBooks: "Creator fees written off", Xero: "RAP50", XeroTax: tax},
		{Kind: JournalOther, Label: "Everything else", QuickBooks: "Rapport other", Xero: "RAP99", XeroTax: tax},
	}
}

// WithKept puts what people set over the defaults.
func WithKept(kept []JournalAccount) []JournalAccount {
	accounts := JournalAccounts()
	for _, k := range kept {
		for i := range accounts {
			if accounts[i].Kind == k.Kind {
				k.Label, k.Kept = accounts[i].Label, true
				accounts[i] = k
			}
		}
	}
	return accounts
}

// CheckJournalAccounts names every field that cannot be kept.
func CheckJournalAccounts(accounts []JournalAccount) (bad []Field) {
	known := JournalAccounts()
	seen := map[string]bool{}
	for i, a := range accounts {
		at := fmt.Sprintf("items.%d.", i)
		if seen[a.Kind] || !slices.ContainsFunc(known, func(k JournalAccount) bool { return k.Kind == a.Kind }) {
			bad = append(bad, Field{at + "kind", "unknown_value", "Each kind of account is named once, as the list gives it."})
		}
		seen[a.Kind] = true
		for _, f := range []struct {
			name, value string
			most        int
		}{{"quickbooks", a.QuickBooks, 100}, {"xero", a.Xero, 10}, {"xero_tax", a.XeroTax, 50}} {
			if f.value == "" || len(f.value) > f.most {
				bad = append(bad, Field{at + f.name, "length", fmt.Sprintf("Between 1 and %d characters.", f.most)})
			}
		}
	}
	return bad
}

// JournalFilter is a period of one brand's ledger, in days of the brand's zone, both included. An empty currency is every currency.
type JournalFilter struct {
	BrandID  uuid.UUID
	From, To time.Time
	Currency string
}

// JournalTotal counts a period of the ledger in one currency.
type JournalTotal struct {
	Journals, Lines int
	Debits          Money
}

// JournalPosting is a transaction of the ledger with what a person needs to know it by.
type JournalPosting struct {
	LedgerTransaction

	Day            time.Time // in the brand's zone
	CreatorName    string    // empty where the posting is about no payout
	MilestoneTitle string
	ContractNumber string
	Outside        string   // how it was paid outside of Stripe, with the reference; empty for anything else
	Names          []string // of the creator that a line's account belongs to, line by line; empty for none
}

// Journal is a posting in the words of somebody's books. Its lines sum to zero.
type Journal struct {
	Number    string
	Day       time.Time
	Narration string
	Lines     []JournalLine
}

// JournalLine is one side of a journal.
type JournalLine struct {
	Account     JournalAccount
	Name        string // of the creator; empty for none
	Description string
	Amount      Money // debit above zero, credit below: the opposite of the ledger's sign
}

// Journal puts a posting in the words of the accounts.
func (p JournalPosting) Journal(accounts []JournalAccount) Journal {
	j := Journal{Number: journalNumber(p.ID), Day: p.Day}
	j.Narration = j.Number + " " + p.words()
	for i, l := range p.Lines {
		account, listed := journalAccount(accounts, l.Account)
		line := JournalLine{Account: account, Amount: Money{Amount: -l.Amount, Currency: l.Currency}, Description: p.words()}
		if i < len(p.Names) {
			line.Name = p.Names[i]
		}
		if !listed {
			kind, _, _ := strings.Cut(l.Account, ":")
			line.Description += " (" + strings.ReplaceAll(kind, "_", " ") + ")"
		}
		j.Lines = append(j.Lines, line)
	}
	return j
}

// journalNumber is what a transaction is known by in other books: 20 characters, for want of more room there. It is the same in every
// export, so that what is imported twice is found.
func journalNumber(id uuid.UUID) string {
	hex := strings.ReplaceAll(id.String(), "-", "")
	return hex[:12] + hex[24:]
}

// journalAccount finds the row of an account, or the row of every other account.
func journalAccount(accounts []JournalAccount, code string) (account JournalAccount, listed bool) {
	kind, _, _ := strings.Cut(code, ":")
	for _, a := range accounts {
		if a.Kind == kind {
			return a, true
		}
		if a.Kind == JournalOther {
			account = a
		}
	}
	return account, false
}

// words says what a posting is about.
func (p JournalPosting) words() string {
	words := PostedWords(p.Kind, p.Outside)
	if p.MilestoneTitle != "" {
		words += ": " + p.MilestoneTitle
	}
	said := []string{words, p.CreatorName, p.ContractNumber, p.ExternalRef}
	return strings.Join(slices.DeleteFunc(said, func(s string) bool { return s == "" }), ", ")
}

// PostedWords says in plain words what a posting means, and how it was paid where that was outside of Stripe.
func PostedWords(kind, outside string) string {
	if outside == "" {
		return PostingWords(kind)
	}
	return PostingWords(kind) + " outside of Stripe: " + outside
}

// PostedWordsIn says the same in the words of a language.
func PostedWordsIn(say Words, kind, outside string) string {
	if outside == "" {
		return say.Say(PostingWords(kind))
	}
	return say.Say("%s outside of Stripe: %s", say.Say(PostingWords(kind)), say.Say(outside))
}

// PostingWords says in plain words what a kind of posting means.
func PostingWords(kind string) string {
	if said, ok := map[string]string{
		"topup": "Funds paid in", "topup_reversal": "Funds taken back by the bank",
		"accrual": "Came to be owed", "accrual_cancel": "No longer owed", "submit": "Set aside for a transfer", "void": "Set free again",
		"settle": "Paid", "claim": "Asked back", "reversal": "Came back", "netting": "Kept from a payment", "write_off": "Written off", "adjustment": "Adjustment",
	}[kind]; ok {
		return said
	}
	return strings.ToUpper(kind[:min(1, len(kind))]) + strings.ReplaceAll(kind[min(1, len(kind)):], "_", " ")
}
