package sandbox

import (
	"fmt"
	"math"
	"net/http"
	"time"

	"github.com/pquerna/otp/totp"
	"go.uber.org/zap"
)

// codePeriod is how long an authenticator shows a code. A code proves once, and the one before still does: the people whom the world plays
// use that one, so that whoever looks on can use the one that is shown.
const codePeriod = 30 * time.Second

// codeWanted is how the API asks for a code.
const codeWanted = "second_factor_required"

// code is what the authenticator with the secret shows at that moment.
func code(secret string, at time.Time) (string, error) {
	shown, err := totp.GenerateCode(secret, at)
	if err != nil {
		return "", fmt.Errorf("code of an authenticator: %w", err)
	}
	return shown, nil
}

// authenticatorPage stands for the telephones of the sample people. It loads itself anew when the codes change.
func (s *Server) authenticatorPage(w http.ResponseWriter, _ *http.Request) {
	type row struct {
		Person

		Code string
	}
	now := time.Now()
	left := codePeriod - now.Sub(now.Truncate(codePeriod))
	var rows []row
	for _, p := range s.cfg.People {
		if p.SecondFactor == "" {
			continue
		}
		shown, err := code(p.SecondFactor, now)
		if err != nil {
			s.log.Warn("an authenticator shows nothing", zap.String("role", p.Role), zap.Error(err))
			continue
		}
		rows = append(rows, row{p, shown[:3] + " " + shown[3:]})
	}
	s.render(w, http.StatusOK, "authenticator.html", map[string]any{"Rows": rows, "Left": int(math.Ceil(left.Seconds()))})
}
