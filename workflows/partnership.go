package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"rapport"
)

// Partnership runs one creator in one campaign, from the first mail to the last renewal. Its state is its input, so that it
// continues as new, and starts again from a snapshot, where it was.
func Partnership(ctx workflow.Context, p *rapport.Partnership) error {
	// What a run before this one knew is in the state: asking again would cost two events a flag and run.
	if knowsRemindsPayee && !p.RemindsPayee && workflow.GetVersion(ctx, flagRemindsPayee, workflow.DefaultVersion, 1) >= 1 {
		p.RemindsPayee = true
	}
	if knowsKeepsDates && !p.KeepsDates && workflow.GetVersion(ctx, flagKeepsDates, workflow.DefaultVersion, 1) >= 1 {
		p.KeepDates()
	}
	s := &shell{
		kind: "partnership", workflowType: TypePartnership, id: p.ID, brandID: p.BrandID, partnershipID: p.ID,
		machine: p, begin: p.Begin, phase: func() string { return string(p.Stage) },
		longNap: p.BrandCalendar.Span(time.Duration(p.Timings.LongSleepDays) * rapport.Day), historyMax: p.Timings.RunEvents,
	}
	return s.run(ctx)
}
