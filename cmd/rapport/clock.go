package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
)

const (
	// clockPace is how often the database is asked for its time.
	clockPace = time.Minute
	// clockTolerance is how far this machine may be off before the log says so. Providers allow five minutes.
	clockTolerance = 30 * time.Second
)

// clock tells the database's time, by which all rows and deadlines are dated. This machine's own wall clock may be wrong, or jump: every
// event of a provider would then be refused as too old, and every code of a second factor. What passes between two looks at the database is
// measured by the monotonic clock, which does not jump.
type clock struct {
	ask    func(context.Context) (time.Time, error)
	wall   func() time.Time
	log    *zap.Logger
	skew   prometheus.Gauge
	anchor atomic.Pointer[anchor]
}

// anchor is a moment by the database and by this machine.
type anchor struct{ theirs, ours time.Time }

// newClock asks once. It fails when the database does not answer.
func newClock(ctx context.Context, ask func(context.Context) (time.Time, error), wall func() time.Time, log *zap.Logger, registry *prometheus.Registry) (*clock, error) {
	c := &clock{ask: ask, wall: wall, log: log, skew: prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "rapport_clock_skew_seconds", Help: "How far this machine's clock is ahead of the database's.",
	})}
	registry.MustRegister(c.skew)

	return c, c.look(ctx)
}

// Now is the database's time.
func (c *clock) Now() time.Time {
	a := c.anchor.Load()

	return a.theirs.Add(time.Since(a.ours))
}

// keep looks again and again until the context ends. While the database is away, time goes on from the last look.
func (c *clock) keep(ctx context.Context) {
	tick := time.NewTicker(clockPace)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := c.look(ctx); err != nil && ctx.Err() == nil {
				c.log.Warn("the database's clock was not read", zap.Error(err))
			}
		}
	}
}

func (c *clock) look(ctx context.Context) error {
	before := time.Now()
	theirs, err := c.ask(ctx)
	if err != nil {
		return fmt.Errorf("read the database's clock: %w", err)
	}
	ours := before.Add(time.Since(before) / 2) // the answer was written about half-way
	c.anchor.Store(&anchor{theirs: theirs, ours: ours})
	skew := c.wall().Round(0).Sub(c.Now())
	c.skew.Set(skew.Seconds())
	if skew.Abs() > clockTolerance {
		c.log.Error("the clock of this machine is wrong; the database's is used instead", zap.Duration("ahead", skew))
	}

	return nil
}
