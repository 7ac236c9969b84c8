package postgres

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// The limits of mailed codes.
const (
	codeTries   = 5
	codesAnHour = 5
)

// PortalLink finds where the token of a mailed link leads; not_found for a token that was never given out.
func (s *Store) PortalLink(ctx context.Context, tokenHash []byte) (rapport.PortalLink, error) {
	brands, err := s.AllBrands(ctx) // a link says which brand it reaches only through its partnership
	if err != nil {
		return rapport.PortalLink{}, err
	}
	return query(rapport.WithBrands(ctx, brands...), s, func(ctx context.Context, tx pgx.Tx) (rapport.PortalLink, error) {
		r, err := s.q.GetPortalLink(ctx, tx, tokenHash)
		return rapport.PortalLink{
			PortalSession: rapport.PortalSession{PartnershipID: r.PartnershipID, ContactID: r.ContactID, CreatorID: r.CreatorID, BrandID: r.BrandID, ExpiresAt: r.ExpiresAt},
			Email:         r.Email, Live: r.Live,
		}, err
	})
}

// StartPortalSession opens a creator's short session on a link. It answers when the session ends.
func (s *Store) StartPortalSession(ctx context.Context, tokenHash, linkHash []byte, life time.Duration) (time.Time, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (time.Time, error) {
		return s.q.StartPortalSession(ctx, tx, gen.StartPortalSessionParams{TokenHash: tokenHash, LinkHash: linkHash, LifeSeconds: life.Seconds()})
	})
}

// MovePortalSession lets a visit go on at another partnership of the same brand and creator; not_found without a link of the contact to it.
func (s *Store) MovePortalSession(ctx context.Context, tokenHash []byte, who rapport.PortalSession, to uuid.UUID) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		_, err := s.q.MovePortalSession(ctx, tx, gen.MovePortalSessionParams{TokenHash: tokenHash, PartnershipID: to, BrandID: who.BrandID, CreatorID: who.CreatorID, ContactID: who.ContactID})
		return err
	})
}

// PortalPage gathers everything a creator's page shows of a partnership of the scope, to one of the creator's contacts.
func (s *Store) PortalPage(ctx context.Context, partnership, contact uuid.UUID) (rapport.PortalPage, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.PortalPage, error) {
		p, err := s.q.PortalParties(ctx, tx, partnership)
		if err != nil {
			return rapport.PortalPage{}, err
		}
		page := rapport.PortalPage{
			Locale: p.Locale, CreatorName: p.CreatorName, BrandName: p.BrandName, CampaignName: p.CampaignName, Brief: p.Brief, Hashtags: p.Hashtags,
			Stage: rapport.Stage(p.Stage), Banned: p.Banned, PayeeState: p.PayeeState, PayeeAccount: p.AccountID,
		}
		if page.Offer, err = s.portalOffer(ctx, tx, partnership, nil); err != nil {
			return page, err
		}
		if page.Contract, err = s.portalContract(ctx, tx, partnership, nil); err != nil {
			return page, err
		}
		signed, err := s.q.PortalSigned(ctx, tx, partnership)
		if err != nil {
			return page, fmt.Errorf("signed contracts: %w", err)
		}
		for _, c := range signed {
			if page.Contract == nil || c.ID != page.Contract.ID {
				page.Signed = append(page.Signed, rapport.Contract{
					ID: c.ID, Number: c.Number, Term: int(c.Term), State: c.State, SentAt: c.SentAt, ExecutedAt: c.ExecutedAt, EndsAt: c.EndsAt,
				})
			}
		}
		if page.Deliverables, err = s.portalDeliverables(ctx, tx, partnership); err != nil {
			return page, err
		}
		var rules rapport.ContentRules
		if err := json.Unmarshal(p.ContentRules, &rules); err != nil {
			return page, fmt.Errorf("read the content rules: %w", err)
		}
		for i := range page.Deliverables {
			d := &page.Deliverables[i]
			d.Declares = rules.Spoken
			d.Asks = rapport.Content{
				Hashtags: p.Hashtags, Platform: d.Platform, Kind: d.Kind, Country: p.Country, Rules: rules, PromoCode: p.PromoCode, TrackedLink: p.TrackedLink,
			}
		}
		others, err := s.q.PortalOthers(ctx, tx, gen.PortalOthersParams{ID: partnership, ContactID: contact})
		if err != nil {
			return page, fmt.Errorf("other partnerships: %w", err)
		}
		for _, o := range others {
			page.Others = append(page.Others, rapport.PortalOther{ID: o.ID, CampaignName: o.CampaignName, Stage: rapport.Stage(o.Stage)})
		}
		payments, err := s.q.PortalPayments(ctx, tx, partnership)
		for _, m := range payments {
			page.Payments = append(page.Payments, rapport.PortalPayment{
				ID: m.ID, Title: m.Title, Term: int(m.Term), Trigger: rapport.Trigger(m.Trigger), OwedOn: m.OwedOn, Amount: rapport.Money{Amount: m.Amount, Currency: m.Currency},
				State: m.State, PayoutState: rapport.PayoutState(m.PayoutState), DueAt: m.DueAt, PaidAt: m.PaidAt,
				Threshold: threshold(m.Metric, m.AtLeast, m.WithinDays), CountsUntil: m.CountsUntil, Number: number(m.Number),
				DestinationAt: m.DestinationChangedAt, FreeAt: m.DestinationFreeAt,
				Offline: m.OfflineMethod, OfflineReference: m.OfflineReference, OfflineOn: m.OfflineOn,
			})
			if m.ExpectedAt.Unix() > 0 {
				page.Payments[len(page.Payments)-1].DueAt = &m.ExpectedAt
			}
			if m.BankState != "" {
				page.Payments[len(page.Payments)-1].Bank = &rapport.BankArrival{State: m.BankState, On: m.BankOn}
			}
		}
		return page, err
	})
}

func (s *Store) portalOffer(ctx context.Context, tx pgx.Tx, partnership uuid.UUID, id *uuid.UUID) (*rapport.Offer, error) {
	rows, err := s.q.PortalOffers(ctx, tx, gen.PortalOffersParams{PartnershipID: partnership, ID: id})
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	r := rows[0]
	o := &rapport.Offer{
		ID: r.ID, PartnershipID: r.PartnershipID, Term: int(r.Term), State: r.State, Fee: rapport.Money{Amount: r.Fee, Currency: r.Currency},
		Message: text(r.Message), SentAt: r.SentAt, ExpiresAt: r.ExpiresAt,
	}
	if err := setCounter(o, r.CounterFee, r.CounterAsks, r.CounterNote); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(r.Terms, &o.Terms); err != nil {
		return nil, fmt.Errorf("read the terms of offer %s: %w", r.ID, err)
	}
	return o, s.offersBefore(ctx, tx, o)
}

func (s *Store) portalContract(ctx context.Context, tx pgx.Tx, partnership uuid.UUID, id *uuid.UUID) (*rapport.Contract, error) {
	rows, err := s.q.PortalContracts(ctx, tx, gen.PortalContractsParams{PartnershipID: partnership, ID: id})
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	r := rows[0]
	c := &rapport.Contract{
		ID: r.ID, PartnershipID: r.PartnershipID, BrandID: r.BrandID, BrandName: r.BrandName, Creator: rapport.CreatorRef{ID: r.CreatorID, Name: r.CreatorName},
		CampaignName: r.CampaignName, Number: r.Number, Term: int(r.Term), Version: int(r.Version), State: r.State, Text: r.Body, SHA256: r.BodySha256,
		Fee: rapport.Money{Amount: r.Fee, Currency: r.Currency}, SentAt: r.SentAt, ExpiresAt: r.ExpiresAt, ExecutedAt: r.ExecutedAt,
		EndsAt: r.EndsAt, NoticeBy: r.NoticeBy, CreatedAt: r.CreatedAt, PaperSHA256: r.PaperSha256,
	}
	if err := json.Unmarshal(r.Terms, &c.Terms); err != nil {
		return nil, fmt.Errorf("read the terms of contract %s: %w", r.ID, err)
	}
	if err := json.Unmarshal(r.Changes, &c.Changes); err != nil {
		return nil, fmt.Errorf("read the changes of contract %s: %w", r.ID, err)
	}
	if r.Amends != nil {
		c.Amends = &rapport.SignedRef{ID: *r.Amends, Number: r.AmendsNumber}
	}
	amendments, err := s.q.PortalAmendments(ctx, tx, &r.ID)
	if err != nil {
		return nil, fmt.Errorf("amendments: %w", err)
	}
	for _, a := range amendments {
		c.Amendments = append(c.Amendments, rapport.SignedRef{ID: a.ID, Number: a.Number, State: a.State, CreatedAt: a.CreatedAt, ExecutedAt: a.ExecutedAt})
	}
	if c.Extended, err = s.extendedDates(ctx, tx, r.ID); err != nil {
		return nil, err
	}
	elsewhere, err := s.signingOf(ctx, tx, []uuid.UUID{r.ID})
	if err != nil {
		return nil, err
	}
	c.Elsewhere = elsewhere[r.ID]
	signatures, err := s.q.PortalSignatures(ctx, tx, r.ID)
	for _, g := range signatures {
		c.Signatures = append(c.Signatures, rapport.Signature{Party: g.Party, Name: g.Name, Address: g.Address, Agent: g.Agent, SHA256: g.BodySha256, At: g.At})
	}
	return c, err
}

func (s *Store) portalDeliverables(ctx context.Context, tx pgx.Tx, partnership uuid.UUID) ([]rapport.PortalDeliverable, error) {
	rows, err := s.q.PortalDeliverables(ctx, tx, partnership)
	if err != nil {
		return nil, fmt.Errorf("deliverables: %w", err)
	}
	list := make([]rapport.PortalDeliverable, len(rows))
	for i, r := range rows {
		d := rapport.PortalDeliverable{
			DeliverableItem: rapport.DeliverableItem{
				ID: r.ID, PartnershipID: r.PartnershipID, BrandID: r.BrandID, Title: r.Title, Platform: r.Platform, Kind: r.Kind, State: r.State,
				DraftDueAt: r.DraftDueAt, PublishBy: r.PublishBy, PublishFrom: r.PublishFrom, PublishAt: r.PublishAt, Round: int(r.Round), PostURL: text(r.PostUrl),
				SubmissionID: r.CurrentSubmission, ReviewID: r.ReviewID, VerifiedAt: r.VerifiedAt, DraftAfter: r.DraftAfter, Extra: r.Extra, ExtraFee: feeOf(r.ExtraFee, r.ExtraCurrency),
			},
			Term: int(r.Term), ReviewState: r.ReviewState, OnSilence: rapport.OnSilence(r.OnSilence), Feedback: r.Comments, Wrong: r.Wrong,
		}
		var terms rapport.ContractTerms
		if err := json.Unmarshal(r.Terms, &terms); err != nil {
			return nil, fmt.Errorf("read the terms: %w", err)
		}
		d.Rounds = terms.RevisionRounds
		if err := json.Unmarshal(r.Rights, &d.Rights); err != nil {
			return nil, fmt.Errorf("read the rights: %w", err)
		}
		if err := json.Unmarshal(r.Stages, &d.Stages); err != nil {
			return nil, fmt.Errorf("read the stages: %w", err)
		}
		var checks []rapport.Check
		if err := json.Unmarshal(r.Checks, &checks); err != nil {
			return nil, fmt.Errorf("read the checks: %w", err)
		}
		for _, c := range checks {
			if c.Result == rapport.CheckFail {
				d.Failed = append(d.Failed, c)
			}
		}
		list[i] = d
	}
	ids := make([]uuid.UUID, len(list))
	for i, d := range list {
		ids[i] = d.ID
	}
	extensions, err := s.extensionsOf(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	for i, d := range list {
		list[i].Extension = extensions[d.ID]
	}
	return list, s.portalTalk(ctx, list)
}

// portalTalk adds to a creator's content who is looking at it, what is to be corrected, and what was remarked.
func (s *Store) portalTalk(ctx context.Context, list []rapport.PortalDeliverable) error {
	var people, submissions []uuid.UUID
	deliverables := make([]uuid.UUID, len(list))
	for i, d := range list {
		deliverables[i] = d.ID
		if d.SubmissionID != nil {
			submissions = append(submissions, *d.SubmissionID)
		}
		for _, st := range d.Stages {
			for _, a := range st.Approvers {
				people = append(people, a.User)
			}
		}
	}
	names, err := s.UserNames(ctx, people)
	if err != nil {
		return fmt.Errorf("names: %w", err)
	}
	corrections, err := s.Corrections(ctx, submissions, true)
	if err != nil {
		return fmt.Errorf("corrections: %w", err)
	}
	comments, err := s.Comments(ctx, rapport.CommentFilter{Deliverables: deliverables, Audience: rapport.AudienceCreator})
	if err != nil {
		return fmt.Errorf("comments: %w", err)
	}
	for i := range list {
		list[i].Names = names
		if list[i].SubmissionID != nil {
			list[i].Corrections = corrections[*list[i].SubmissionID]
			for _, c := range comments {
				if c.SubmissionID == *list[i].SubmissionID {
					list[i].Comments = append(list[i].Comments, c)
				}
			}
		}
	}
	return nil
}

// PortalOffer finds an offer that was sent to the partnership's creator.
func (s *Store) PortalOffer(ctx context.Context, partnership, id uuid.UUID) (rapport.Offer, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.Offer, error) {
		return orNone(s.portalOffer(ctx, tx, partnership, &id))
	})
}

// PortalContract finds a contract that was sent to the partnership's creator.
func (s *Store) PortalContract(ctx context.Context, partnership, id uuid.UUID) (rapport.Contract, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.Contract, error) {
		c, err := orNone(s.portalContract(ctx, tx, partnership, &id))
		if err != nil {
			return c, err
		}
		return c, s.q.ContractOpened(ctx, tx, id)
	})
}

// orNone makes not_found of nothing.
func orNone[T any](found *T, err error) (T, error) {
	if err == nil && found == nil {
		err = pgx.ErrNoRows
	}
	if err != nil {
		var none T
		return none, err
	}
	return *found, nil
}

// MailCode keeps the hash of a code and puts its mail on the way. It answers how long the contact must wait when too many were
// asked for within the hour, and then nothing is mailed.
func (s *Store) MailCode(ctx context.Context, to rapport.PortalSession, c rapport.CodeMail) (time.Duration, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (time.Duration, error) {
		if err := s.q.LockContact(ctx, tx, to.ContactID); err != nil {
			return 0, fmt.Errorf("lock contact: %w", err)
		}
		lately, err := s.q.CodesLately(ctx, tx, to.ContactID)
		if err != nil {
			return 0, fmt.Errorf("codes: %w", err)
		}
		if lately.N >= codesAnHour {
			return max(time.Duration(lately.FreeIn*float64(time.Second)), time.Second), nil
		}
		err = s.q.InsertPortalCode(ctx, tx, gen.InsertPortalCodeParams{
			ID: c.CodeID, PartnershipID: to.PartnershipID, ContactID: to.ContactID, CodeHash: c.Hash, LifeSeconds: c.Life.Seconds(),
		})
		if err != nil {
			return 0, fmt.Errorf("insert code: %w", err)
		}
		n, err := s.q.InsertCodeMail(ctx, tx, gen.InsertCodeMailParams{ID: c.MessageID, PartnershipID: to.PartnershipID, ContactID: to.ContactID, Subject: &c.Subject, BodyText: &c.Text})
		if err == nil && n == 0 {
			err = pgx.ErrNoRows
		}
		if err != nil {
			return 0, fmt.Errorf("insert mail: %w", err)
		}
		return 0, nil
	})
}

// TryCode holds a code against the newest one that was mailed to the contact. The try counts whatever becomes of the request, in
// a transaction of its own. It answers the code's id, or a zero id and why not: none, spent or wrong.
func (s *Store) TryCode(ctx context.Context, who rapport.PortalSession, hash []byte) (uuid.UUID, string, error) {
	verdict := "none"
	id, err := query(context.WithValue(ctx, txKey{}, nil), s, func(ctx context.Context, tx pgx.Tx) (uuid.UUID, error) {
		c, err := s.q.NewestPortalCode(ctx, tx, gen.NewestPortalCodeParams{ContactID: who.ContactID, PartnershipID: who.PartnershipID})
		if errors.Is(err, pgx.ErrNoRows) || err == nil && !c.Live {
			return uuid.Nil, nil
		}
		if err != nil {
			return uuid.Nil, fmt.Errorf("code: %w", err)
		}
		if c.Tries >= codeTries {
			verdict = "spent"
			return uuid.Nil, nil
		}
		if err := s.q.CountCodeTry(ctx, tx, c.ID); err != nil {
			return uuid.Nil, fmt.Errorf("count try: %w", err)
		}
		verdict = "wrong"
		if subtle.ConstantTimeCompare(c.CodeHash, hash) != 1 {
			return uuid.Nil, nil
		}
		return c.ID, nil
	})
	return id, verdict, err
}

// UseCode ends a code: it counts once.
func (s *Store) UseCode(ctx context.Context, id uuid.UUID) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		n, err := s.q.UsePortalCode(ctx, tx, id)
		if err == nil && n == 0 {
			return &rapport.Error{Code: rapport.CodeConflict, Reason: "code_used", Message: "This code was used already. Ask for a new one."}
		}
		return err
	})
}

// SignAsCreator keeps the creator's signature and ends the code it was proved with. The database refuses the hash of another text.
func (s *Store) SignAsCreator(ctx context.Context, g rapport.PortalSignature) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if err := s.UseCode(ctx, g.CodeID); err != nil {
			return err
		}
		err := s.q.InsertSignature(ctx, tx, gen.InsertSignatureParams{
			ContractID: g.ContractID, Name: g.Name, ContactID: g.ContactID, BodySha256: g.SHA256, Address: orNil(g.Address), Agent: orNil(g.Agent), Consent: g.Consent, CodeID: g.CodeID,
		})
		if err != nil {
			return fmt.Errorf("insert signature: %w", err)
		}
		return nil
	})
}

// CounterOffer keeps what the creator asks for instead.
func (s *Store) CounterOffer(ctx context.Context, partnership, offer uuid.UUID, c rapport.Counter) error {
	row := gen.CounterOfferParams{ID: offer, PartnershipID: partnership, CounterAsks: mustJSON(append([]rapport.Ask{}, c.Asks...)), CounterNote: orNil(c.Note)}
	if c.Fee != nil {
		row.CounterFee = &c.Fee.Amount
	}
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error { return s.q.CounterOffer(ctx, tx, row) })
}

// AddPortalMessage keeps what the creator wrote beside a decision, once an id.
func (s *Store) AddPortalMessage(ctx context.Context, id uuid.UUID, from rapport.PortalSession, words string) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		return s.q.InsertPortalMessage(ctx, tx, gen.InsertPortalMessageParams{ID: id, PartnershipID: from.PartnershipID, ContactID: from.ContactID, BodyText: &words})
	})
}

// Unsubscribe keeps a brand from mailing outreach to an address ever again, and tells every partnership that still does. Again
// changes nothing.
func (s *Store) Unsubscribe(ctx context.Context, link rapport.PortalLink) error {
	return s.InTx(rapport.WithBrands(ctx, link.BrandID), func(ctx context.Context, tx pgx.Tx) error {
		if err := s.q.Suppress(ctx, tx, gen.SuppressParams{Email: link.Email, BrandID: &link.BrandID, Reason: "unsubscribe"}); err != nil {
			return fmt.Errorf("suppress: %w", err)
		}
		running, err := s.q.OutreachOfContact(ctx, tx, gen.OutreachOfContactParams{Email: link.Email, BrandID: link.BrandID})
		if err != nil {
			return fmt.Errorf("partnerships: %w", err)
		}
		for _, p := range running {
			sig := rapport.Signal{ID: rapport.DeriveID(p.ID, "unsubscribe/"+link.ContactID.String()), Kind: rapport.SignalMail, Code: "unsubscribe"}
			if err := s.signal(ctx, tx, "partnership", p.ID, p.BrandID, sig); err != nil {
				return err
			}
		}
		return nil
	})
}

// ChooseLocale keeps which language a creator reads.
func (s *Store) ChooseLocale(ctx context.Context, creator uuid.UUID, locale string) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		return s.q.ChooseLocale(ctx, tx, gen.ChooseLocaleParams{ID: creator, Locale: &locale})
	})
}

// PortalContactEmail is the address of a contact.
func (s *Store) PortalContactEmail(ctx context.Context, contact uuid.UUID) (string, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (string, error) { return s.q.ContactEmail(ctx, tx, contact) })
}
