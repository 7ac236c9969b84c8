//go:build !flags_before_reminds_payee && !flags_before_keeps_dates

package workflows

const knowsRemindsPayee, knowsKeepsDates = true, true
