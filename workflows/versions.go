package workflows

// Every GetVersion flag has its name here, with what it changed and since when, and nowhere else.
//
// For tests of upgrades, the build tags flags_before_keeps_dates and flags_before_reminds_payee make a worker that does not know the named flag, nor
// those after it. It differs from the newest in nothing else.
//
// A change to what a running workflow would do (an activity more or fewer, another order, another timer) needs a flag here, a
// history recorded from the build before it, and the replay suite. A flag can go once every run has continued as new past it.
//
// flagRemindsPayee: from November 2026 on, a partnership looks every few days after its contract whether the creator can be paid, and reminds.
//
// flagKeepsDates: from December 2026 on, a partnership keeps the dates that its posts bring, and goes on until the last of them.
const (
	flagRemindsPayee = "reminds_payee"
	flagKeepsDates   = "keeps_dates"
)
