//go:build flags_before_keeps_dates && !flags_before_reminds_payee

package workflows

const knowsRemindsPayee, knowsKeepsDates = true, false
