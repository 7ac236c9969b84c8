package main

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

func TestTheDatabasesTimeIsToldWhateverThisMachineSays(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		ctx, end := context.WithCancel(t.Context())
		defer end()
		core, logged := observer.New(zap.WarnLevel)
		jump, away := time.Duration(0), error(nil)
		begun := time.Now()
		theirs := func() time.Time { return time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC).Add(time.Since(begun)) }
		c, err := newClock(ctx, func(context.Context) (time.Time, error) { return theirs(), away },
			func() time.Time { return theirs().Add(jump) }, zap.New(core), prometheus.NewRegistry())
		require.NoError(t, err)
		require.Equal(t, theirs(), c.Now())
		require.Zero(t, testutil.ToFloat64(c.skew))
		go c.keep(ctx)

		for _, jump = range []time.Duration{2 * time.Hour, -2 * time.Hour} {
			<-time.After(clockPace)
			synctest.Wait()
			require.Equal(t, theirs(), c.Now())
			require.InDelta(t, jump.Seconds(), testutil.ToFloat64(c.skew), 0)
		}
		require.Equal(t, 2, logged.FilterLevelExact(zap.ErrorLevel).Len(), "each look says that the clock is wrong")

		jump, away = 0, errors.New("away")
		<-time.After(3 * clockPace)
		synctest.Wait()
		require.Equal(t, theirs(), c.Now(), "time goes on while the database is away")
		require.Equal(t, 3, logged.FilterLevelExact(zap.WarnLevel).Len())
	})
}

func TestAClockThatCannotBeReadEndsTheStart(t *testing.T) {
	t.Parallel()

	_, err := newClock(t.Context(), func(context.Context) (time.Time, error) { return time.Time{}, errors.New("away") }, time.Now, zap.NewNop(), prometheus.NewRegistry())
	require.ErrorContains(t, err, "away")
}
