package api

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
)

// TestHalfAnAnswerIsCutOff: an export that fails on the way must not look like a whole one.
func TestHalfAnAnswerIsCutOff(t *testing.T) {
	t.Parallel()
	s := &Server{cfg: Config{Log: zap.NewNop()}, metrics: newMetrics(prometheus.NewRegistry())}
	e := echo.New()
	e.HTTPErrorHandler = s.answerError
	e.Use(s.identify, s.record, s.recoverPanic, compress())
	for _, fails := range []bool{false, true} {
		e.GET(map[bool]string{false: "/whole", true: "/half"}[fails], func(c echo.Context) error {
			c.Response().WriteHeader(http.StatusOK)
			if _, err := io.WriteString(c.Response(), "Payout,Due\n"); err != nil || !fails {
				return err
			}
			return errors.New("the database went away")
		})
	}
	web := httptest.NewServer(e)
	defer web.Close()
	read := func(path string) error {
		res, err := http.Get(web.URL + path)
		if err != nil {
			return err
		}
		defer res.Body.Close()
		_, err = io.ReadAll(res.Body)
		return err
	}
	require.NoError(t, read("/whole"))
	require.Error(t, read("/half"))
}
