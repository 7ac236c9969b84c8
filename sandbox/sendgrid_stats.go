package sandbox

import (
	"net/http"
	"time"
)

// maxStatDays bounds an answer; each day of the range is in it, whether something happened or not.
const maxStatDays = 1000

const (
	statRequests = "requests"
	statReceived = "received"
)

// What GET /v3/stats names. SendGrid also counts drops and unique opens and clicks; nobody here asks for them.
var sentStats = []string{
	"blocks", "bounces", "clicks", "deferred", "delivered", "opens", "processed", statRequests, "spam_reports", "unsubscribes",
}

// eventStats is what an event adds to.
var eventStats = map[string]string{
	"bounce": "bounces", "click": "clicks", "deferred": "deferred", "delivered": "delivered", "open": "opens", "processed": "processed",
	"spamreport": "spam_reports", "unsubscribe": "unsubscribes",
}

func statID(day time.Time, name string) string { return day.Format(time.DateOnly) + "|" + name }

// count adds one to a statistic of today in UTC.
func (s *Server) count(x *tx, name string) {
	id := statID(s.now().UTC(), name)
	n, _ := s.mailCounts.get(id)
	s.mailCounts.put(x, id, n+1)
}

func (s *Server) countEvent(x *tx, kind string, extra map[string]any) {
	name, ok := eventStats[kind]
	if kind == "bounce" && extra["type"] == "blocked" {
		name = "blocks"
	}
	if ok {
		s.count(x, name)
	}
}

// readStats answers with the named statistics of each day asked for.
func (s *Server) readStats(names ...string) func(*http.Request) sgAnswer {
	return func(r *http.Request) sgAnswer {
		start, end, errs := s.statDays(r)
		if len(errs) > 0 {
			return sgRefusal(http.StatusBadRequest, errs)
		}
		days := []map[string]any{}
		s.db.view(func() {
			for day := start; !day.After(end); day = day.AddDate(0, 0, 1) {
				metrics := map[string]int{}
				for _, name := range names {
					metrics[name], _ = s.mailCounts.get(statID(day, name))
				}
				days = append(days, map[string]any{"date": day.Format(time.DateOnly), "stats": []any{map[string]any{"metrics": metrics}}})
			}
		})
		return sgAnswer{status: http.StatusOK, body: days}
	}
}

// statDays reads which days are asked for; without an end they go on until today.
func (s *Server) statDays(r *http.Request) (start, end time.Time, errs sendErrors) {
	q := r.URL.Query()
	start, err := time.Parse(time.DateOnly, q.Get("start_date"))
	if err != nil {
		errs.addf("start_date", "The start_date is required and must be in the format YYYY-MM-DD.")
	}
	end = s.now().UTC()
	if q.Has("end_date") {
		if end, err = time.Parse(time.DateOnly, q.Get("end_date")); err != nil {
			errs.addf("end_date", "The end_date must be in the format YYYY-MM-DD.")
		}
	}
	if len(errs) == 0 && (end.Before(start) || end.After(start.AddDate(0, 0, maxStatDays))) {
		errs.addf("end_date", "The end_date must not be before the start_date, and at most %d days after it.", maxStatDays)
	}
	if by := q.Get("aggregated_by"); by != "" && by != "day" {
		errs.addf("aggregated_by", "This sandbox aggregates by day only.")
	}
	return start, end, errs
}
