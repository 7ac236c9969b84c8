//go:build flags_before_keeps_dates || flags_before_reminds_payee

package bench

import (
	"context"

	"go.temporal.io/sdk/interceptor"

	"rapport"
)

func init() { older = append(older, &withoutDays{}) } //nolint:gochecknoinits // this file is part of the older builds only

// withoutDays executes contracts as builds did that kept no dates: their plans did not say for how long a post may be used.
type withoutDays struct {
	interceptor.WorkerInterceptorBase
}

func (*withoutDays) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	a := &planWithoutDays{}
	a.Next = next
	return a
}

type planWithoutDays struct {
	interceptor.ActivityInboundInterceptorBase
}

func (a *planWithoutDays) ExecuteActivity(ctx context.Context, in *interceptor.ExecuteActivityInput) (any, error) {
	out, err := a.Next.ExecuteActivity(ctx, in)
	if o, ok := out.(rapport.Outcome); ok && o.Contract != nil {
		plan := *o.Contract
		plan.UsageRightsDays, plan.AllowlistingDays, plan.ExclusivityDays = 0, 0, 0
		o.Contract, out = &plan, o
	}
	return out, err
}
