//go:build flags_before_reminds_payee

package workflows

const knowsRemindsPayee, knowsKeepsDates = false, false
