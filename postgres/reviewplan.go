package postgres

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// ReviewToOpen finds the content of a version, the policy that it is reviewed by, and who is asked.
func (s *Store) ReviewToOpen(ctx context.Context, submission uuid.UUID) (rapport.ReviewToOpen, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.ReviewToOpen, error) {
		x, err := s.q.SubmissionToReview(ctx, tx, submission)
		if err != nil {
			return rapport.ReviewToOpen{}, fmt.Errorf("submission: %w", err)
		}
		r := rapport.ReviewToOpen{Content: rapport.Content{
			Caption: x.Caption, Hashtags: x.Hashtags, Platform: x.Platform, Kind: x.Kind, Country: x.Country, PromoCode: x.PromoCode, TrackedLink: x.TrackedLink,
			FileName: x.FileName, FileType: x.ContentType, FileSize: x.Size, Spoken: x.DeclaredSpoken, Written: x.DeclaredWritten,
		}}
		if err := json.Unmarshal(x.ContentRules, &r.Content.Rules); err != nil {
			return r, fmt.Errorf("read the content rules: %w", err)
		}
		if x.FileSha256 != nil {
			if r.File, err = s.q.BlobContent(ctx, tx, x.FileSha256); err != nil {
				return r, fmt.Errorf("file: %w", err)
			}
		}
		facts, campaign, err := s.submissionFacts(ctx, tx, submission)
		if err != nil {
			return r, err
		}
		policy, choice, err := s.choose(ctx, tx, x.BrandID, facts, campaign)
		if err != nil {
			return r, err
		}
		r.Choice = choice
		if r.Plan, err = s.reviewPlan(ctx, tx, planFor{brand: x.BrandID, creator: x.CreatorID, publishBy: x.PublishBy}, policy.Policy); err != nil {
			return r, err
		}
		r.Plan.Kept, err = s.kept(ctx, tx, x, policy.Policy)
		return r, err
	})
}

// submissionFacts is what a policy is chosen by, and the policy that the campaign names.
func (s *Store) submissionFacts(ctx context.Context, tx pgx.Tx, submission uuid.UUID) (rapport.SubmissionFacts, uuid.UUID, error) {
	x, err := s.q.SubmissionFacts(ctx, tx, submission)
	if err != nil {
		return rapport.SubmissionFacts{}, uuid.Nil, fmt.Errorf("facts: %w", err)
	}
	var rules rapport.ContentRules
	var terms rapport.ContractTerms
	if err := errors.Join(json.Unmarshal(x.ContentRules, &rules), json.Unmarshal(x.Terms, &terms)); err != nil {
		return rapport.SubmissionFacts{}, uuid.Nil, fmt.Errorf("read the rules and terms: %w", err)
	}
	markets := rules.Markets
	if len(markets) == 0 && x.Country != "" {
		markets = []string{x.Country}
	}
	return rapport.SubmissionFacts{
		CampaignID: x.CampaignID, CampaignName: x.CampaignName, Platform: x.Platform, Markets: markets, Fee: rapport.Money{Amount: x.Fee, Currency: x.Currency},
		Regulated: rules.Regulated, PaidUsage: terms.UsageRightsDays > 0, FirstPartnership: x.FirstPartnership,
	}, x.PolicyID, nil
}

// choose finds the policy of a submission, whole and with the reasons.
func (s *Store) choose(ctx context.Context, tx pgx.Tx, brand uuid.UUID, facts rapport.SubmissionFacts, campaign uuid.UUID) (rapport.NamedPolicy, rapport.PolicyChoice, error) {
	named, err := s.newestPolicy(ctx, tx, campaign)
	if err != nil {
		return named, rapport.PolicyChoice{}, err
	}
	candidates, err := s.candidates(ctx, tx, brand)
	if err != nil {
		return named, rapport.PolicyChoice{}, err
	}
	chosen, choice := rapport.ChoosePolicy(candidates, named, facts)
	if chosen.ID == named.ID {
		return named, choice, nil
	}
	whole, err := s.newestPolicy(ctx, tx, chosen.ID)
	return whole, choice, err
}

func (s *Store) newestPolicy(ctx context.Context, tx pgx.Tx, id uuid.UUID) (rapport.NamedPolicy, error) {
	p, err := s.q.NewestPolicyVersion(ctx, tx, id)
	if err != nil {
		return rapport.NamedPolicy{}, fmt.Errorf("policy: %w", err)
	}
	named := rapport.NamedPolicy{Name: p.Name, Policy: rapport.Policy{ID: p.ID, Version: int(p.Version), OnSilence: rapport.OnSilence(p.OnSilence)}}
	if err := json.Unmarshal(p.Stages, &named.Stages); err != nil {
		return named, fmt.Errorf("read the stages of policy %s: %w", id, err)
	}
	return named, nil
}

// candidates are the brand's policies that choose themselves. Of their stages only what the choice needs is read: whether one is legal.
func (s *Store) candidates(ctx context.Context, tx pgx.Tx, brand uuid.UUID) ([]rapport.NamedPolicy, error) {
	rows, err := s.q.PoliciesToChoose(ctx, tx, &brand)
	if err != nil {
		return nil, fmt.Errorf("policies: %w", err)
	}
	list := make([]rapport.NamedPolicy, len(rows))
	for i, r := range rows {
		list[i] = rapport.NamedPolicy{Name: r.Name, Policy: rapport.Policy{ID: r.ID, Version: int(r.Version), Rank: int(r.Rank)}}
		if r.Legal {
			list[i].Stages = []rapport.PolicyStage{{Legal: true}}
		}
		if err := json.Unmarshal(r.AppliesWhen, &list[i].When); err != nil {
			return nil, fmt.Errorf("read the conditions of policy %s: %w", r.ID, err)
		}
	}
	return list, nil
}

// planFor is whose content a plan is for.
type planFor struct {
	brand, creator uuid.UUID
	publishBy      *time.Time
}

// reviewPlan finds the people that a policy means, with their working time.
func (s *Store) reviewPlan(ctx context.Context, tx pgx.Tx, f planFor, policy rapport.Policy) (rapport.ReviewPlan, error) {
	plan := rapport.ReviewPlan{Policy: policy, Chains: make([][]rapport.ReviewLevel, len(policy.Stages))}
	if f.publishBy != nil {
		plan.PublishBy = *f.publishBy
	}
	b, err := s.q.CalendarOfBrand(ctx, tx, f.brand)
	if err != nil {
		return plan, fmt.Errorf("calendar: %w", err)
	}
	if plan.Calendar, err = toCalendar(b.Zone, b.WorkingDays, b.Opens, b.Closes, b.Holidays, b.DaySeconds); err != nil {
		return plan, err
	}
	var everybody []uuid.UUID
	for i, st := range policy.Stages {
		asked, err := s.people(ctx, tx, f, st.Approvers)
		if err != nil {
			return plan, err
		}
		plan.Approvers = append(plan.Approvers, asked)
		for _, level := range st.EscalateTo {
			above, err := s.people(ctx, tx, f, []rapport.Approver{level})
			if err != nil {
				return plan, err
			}
			if len(above) == 0 {
				continue // nobody has the role: the level after it is asked
			}
			l := rapport.ReviewLevel{Days: level.Days}
			for _, a := range above {
				l.Users = append(l.Users, a.User)
			}
			plan.Chains[i] = append(plan.Chains[i], l)
			everybody = append(everybody, l.Users...)
		}
		for _, a := range asked {
			everybody = append(everybody, a.User)
		}
	}
	plan.Calendars, err = s.calendarsOfUsers(ctx, tx, everybody, plan.Calendar)
	return plan, err
}

// calendarsOfUsers are the calendars of the people who have their own. Where the brand's days are compressed, theirs are, too.
func (s *Store) calendarsOfUsers(ctx context.Context, tx pgx.Tx, users []uuid.UUID, brand rapport.Calendar) (map[uuid.UUID]rapport.Calendar, error) {
	calendars := map[uuid.UUID]rapport.Calendar{}
	if brand.Compressed() {
		return calendars, nil
	}
	rows, err := s.q.CalendarsOfUsers(ctx, tx, noNil(users))
	if err != nil {
		return nil, fmt.Errorf("calendars: %w", err)
	}
	for _, r := range rows {
		if calendars[r.OwnerID], err = toCalendar(r.Zone, r.WorkingDays, r.Opens, r.Closes, r.Holidays, r.DaySeconds); err != nil {
			return nil, err
		}
	}
	return calendars, nil
}

// UserCalendar is a person's own calendar; nil for one who works in the brand's time.
func (s *Store) UserCalendar(ctx context.Context, brand, user uuid.UUID) (*rapport.Calendar, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (*rapport.Calendar, error) {
		b, err := s.q.CalendarOfBrand(ctx, tx, brand)
		if err != nil {
			return nil, err
		}
		house, err := toCalendar(b.Zone, b.WorkingDays, b.Opens, b.Closes, b.Holidays, b.DaySeconds)
		if err != nil {
			return nil, err
		}
		own, err := s.calendarsOfUsers(ctx, tx, []uuid.UUID{user}, house)
		if c, ok := own[user]; ok {
			return &c, err
		}
		return nil, err
	})
}

// people are who the approvers mean now, each once. Whoever makes the content is never among them.
func (s *Store) people(ctx context.Context, tx pgx.Tx, f planFor, approvers []rapport.Approver) ([]rapport.ReviewApprover, error) {
	found := []rapport.ReviewApprover{}
	for _, a := range approvers {
		var ids []uuid.UUID
		var err error
		switch {
		case a.ReviewerID != nil:
			ids, err = s.q.ReviewersAvailable(ctx, tx, []uuid.UUID{*a.ReviewerID})
		case a.UserID != nil:
			ids, err = s.q.UsersEnabled(ctx, tx, gen.UsersEnabledParams{Ids: []uuid.UUID{*a.UserID}, BrandID: f.brand, CreatorID: f.creator})
		default:
			ids, err = s.q.UsersWithRole(ctx, tx, gen.UsersWithRoleParams{BrandID: f.brand, Role: string(a.Role), CreatorID: f.creator})
		}
		if err != nil {
			return nil, fmt.Errorf("approvers: %w", err)
		}
		for _, id := range ids {
			if !slices.ContainsFunc(found, func(x rapport.ReviewApprover) bool { return x.User == id }) {
				found = append(found, rapport.ReviewApprover{User: id, Outside: a.ReviewerID != nil})
			}
		}
	}
	return found, nil
}

// kept are, by stage, the approvals of the version before that hold for this one: the policy says so, it is the same policy, and what
// the stage looks at did not change.
func (s *Store) kept(ctx context.Context, tx pgx.Tx, x gen.SubmissionToReviewRow, policy rapport.Policy) ([][]rapport.StageDecision, error) {
	if !slices.ContainsFunc(policy.Stages, func(st rapport.PolicyStage) bool { return st.Keep }) {
		return nil, nil
	}
	before, err := s.q.ReviewBefore(ctx, tx, gen.ReviewBeforeParams{DeliverableID: x.DeliverableID, Version: x.Version})
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("version before: %w", err)
	}
	if before.PolicyID != policy.ID || int(before.PolicyVersion) != policy.Version {
		return nil, nil
	}
	var stages []rapport.ReviewStage
	if err := json.Unmarshal(before.Stages, &stages); err != nil {
		return nil, fmt.Errorf("read the stages: %w", err)
	}
	caption, file := before.Caption == x.Caption, bytes.Equal(before.FileSha256, x.FileSha256)
	same := map[string]bool{"": caption && file, rapport.ScopeAll: caption && file, rapport.ScopeCaption: caption, rapport.ScopeFile: file}
	kept := make([][]rapport.StageDecision, len(policy.Stages))
	for i, st := range policy.Stages {
		if st.Keep && same[st.Scope] && i < len(stages) {
			kept[i] = stages[i].Decisions
		}
	}
	return kept, nil
}

// SaveReviewOpened keeps the policy's version, why it was chosen, and what the machine checks and the measuring found.
func (s *Store) SaveReviewOpened(ctx context.Context, review, submission uuid.UUID, choice rapport.PolicyChoice, checks []rapport.Check, media *rapport.Media) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if media != nil {
			if err := s.q.SaveMedia(ctx, tx, gen.SaveMediaParams{ID: submission, Media: mustJSON(media)}); err != nil {
				return err
			}
		}
		return s.q.SaveReviewOpened(ctx, tx, gen.SaveReviewOpenedParams{
			ID: review, PolicyID: choice.PolicyID, PolicyVersion: int32(choice.Version), Checks: mustJSON(checks), Choice: mustJSON(choice),
		})
	})
}

// ReviewersToTell are the people of a stage to tell now: who was newly called in for escalated, else whose decision the present level
// waits for; with whoever stands in for them. Only one person is told where only is given.
func (s *Store) ReviewersToTell(ctx context.Context, brand, review uuid.UUID, stage int, only uuid.UUID) ([]rapport.ReviewerToTell, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.ReviewerToTell, error) {
		r, err := s.q.ReviewStages(ctx, tx, review)
		if err != nil {
			return nil, fmt.Errorf("review: %w", err)
		}
		var stages []rapport.ReviewStage
		if err := json.Unmarshal(r.Stages, &stages); err != nil {
			return nil, fmt.Errorf("read the stages: %w", err)
		}
		if stage >= len(stages) {
			return nil, nil
		}
		var list []rapport.ReviewerToTell
		var house []uuid.UUID
		for _, a := range stages[stage].ToTell() {
			if only != uuid.Nil && a.User != only {
				continue
			}
			if a.Outside && only == uuid.Nil { // only somebody who asks again gives a new link
				if gone, err := s.q.LinkTakenBack(ctx, tx, gen.LinkTakenBackParams{ReviewID: review, ReviewerID: a.User}); err != nil || gone {
					if err != nil {
						return nil, fmt.Errorf("link: %w", err)
					}
					continue
				}
			}
			list = append(list, rapport.ReviewerToTell{ID: a.User, Outside: a.Outside})
			if !a.Outside {
				house = append(house, a.User)
			}
		}
		others, err := s.q.StandIns(ctx, tx, gen.StandInsParams{People: noNil(house), BrandID: brand})
		for _, id := range others {
			list = append(list, rapport.ReviewerToTell{ID: id})
		}
		return list, err
	})
}

// SlackToTell claims what a brand's channel is told under a key; false when there is no channel, or it was told before.
func (s *Store) SlackToTell(ctx context.Context, brand, review uuid.UUID, key string) (rapport.SlackTold, bool, error) {
	var told rapport.SlackTold
	claimed := false
	err := s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		r, err := s.q.SlackChannel(ctx, tx, review)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		n, err := s.q.ClaimSlack(ctx, tx, gen.ClaimSlackParams{Key: key, BrandID: brand})
		claimed = n == 1
		told = rapport.SlackTold{WebhookURL: r.WebhookUrl, Title: r.Title, Creator: r.CreatorName, DueAt: r.DueAt, People: r.People}
		return err
	})
	return told, claimed, err
}

// SettleSlack records what became of a claimed post, with what went wrong in plain words.
func (s *Store) SettleSlack(ctx context.Context, key, state, problem string) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		return s.q.SettleSlack(ctx, tx, gen.SettleSlackParams{Key: key, State: state, Error: textOrNil(problem)})
	})
}

// PostToVerify is a published post and what it must hold.
func (s *Store) PostToVerify(ctx context.Context, deliverable uuid.UUID) (rapport.PostToVerify, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.PostToVerify, error) {
		p, err := s.q.PostToVerify(ctx, tx, deliverable)
		if err != nil {
			return rapport.PostToVerify{}, err
		}
		post := rapport.PostToVerify{
			URL: p.Url, Platform: p.Platform, Hashtags: p.Hashtags, PromoCode: p.PromoCode, TrackedLink: p.TrackedLink, Country: p.Country, Handles: p.Handles,
			NotBefore: p.ApprovedAt, NotAfter: orZero(p.PublishBy),
		}
		_, calendar, err := s.calendarsOf(ctx, tx, p.BrandID, p.CreatorID)
		if err != nil {
			return post, err
		}
		if !post.NotAfter.IsZero() {
			grace := rapport.DefaultTimings().DraftGrace
			if p.GraceHours >= 0 {
				grace = time.Duration(p.GraceHours) * time.Hour
			}
			post.NotAfter = post.NotAfter.Add(calendar.Span(grace))
		}
		if err := json.Unmarshal(p.ContentRules, &post.Rules); err != nil {
			return post, fmt.Errorf("read the content rules: %w", err)
		}
		return post, nil
	})
}

// SavePostCheck keeps one look at a post as evidence.
func (s *Store) SavePostCheck(ctx context.Context, c rapport.PostCheck) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		var shot []byte
		if len(c.Screenshot) > 0 {
			hash := sha256.Sum256(c.Screenshot)
			shot = hash[:]
			if err := s.keepBlob(ctx, tx, rapport.File{Type: "image/png", SHA256: shot, Content: c.Screenshot}); err != nil {
				return err
			}
		}
		return s.q.InsertPostCheck(ctx, tx, gen.InsertPostCheckParams{
			DeliverableID: c.DeliverableID, N: int32(c.N), Result: c.Result, Url: c.URL, FinalUrl: textOrNil(c.FinalURL), TextFound: textOrNil(c.Text), BodySha256: c.SHA256,
			Problems: noNil(c.Problems), Authors: noNil(c.Authors), PublishedAt: timeOrNil(c.PublishedAt), ScreenshotSha256: shot,
		})
	})
}
