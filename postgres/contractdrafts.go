package postgres

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// ContractDraft finds a contract of the scope that is not out for signature, with all that its text is made of; conflict for one that cannot
// be drafted any more.
func (s *Store) ContractDraft(ctx context.Context, id uuid.UUID) (rapport.DraftSource, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.DraftSource, error) { return s.draftSource(ctx, tx, id) })
}

func (s *Store) draftSource(ctx context.Context, tx pgx.Tx, id uuid.UUID) (rapport.DraftSource, error) {
	r, err := s.q.ContractDraft(ctx, tx, gen.ContractDraftParams{ID: id, Brands: rapport.BrandsFrom(ctx)})
	if err != nil {
		return rapport.DraftSource{}, err
	}
	if err := mayDraft(r); err != nil {
		return rapport.DraftSource{}, err
	}
	parts, o, err := s.contractParts(ctx, tx, orZero(r.OfferID), int(r.Term))
	if err != nil {
		return rapport.DraftSource{}, err
	}
	d := rapport.DraftSource{
		ContractID: id, PartnershipID: r.PartnershipID, BrandID: r.BrandID, Number: r.Number, Creator: parts.Creator, Campaign: parts.Campaign, Draft: int(r.Draft),
		Text: r.Body, SHA256: r.BodySha256, By: r.DraftedBy, At: r.DraftedAt, Approval: approval(r.ApprovedBy, r.ApprovedAt), Parts: parts,
	}
	if err := json.Unmarshal(r.Choices, &d.Choices); err != nil {
		return d, fmt.Errorf("read the choices of contract %s: %w", id, err)
	}
	if d.Library, err = s.clauses(ctx, tx, []uuid.UUID{r.BrandID}, &r.BrandID); err != nil {
		return d, err
	}
	templates, err := s.q.ListContractTemplates(ctx, tx, gen.ListContractTemplatesParams{Brands: []uuid.UUID{r.BrandID}, BrandID: &r.BrandID})
	if err != nil {
		return d, fmt.Errorf("contract templates: %w", err)
	}
	for _, t := range templates {
		d.Templates = append(d.Templates, contractTemplate(gen.ContractTemplateRow(t)))
	}
	if d.Choices.TemplateID != uuid.Nil {
		return d, nil
	}
	if d.Choices.TemplateID = orZero(r.TemplateID); r.TemplateID == nil { // drafted before it was kept: the one that it would be drafted from now
		t, err := s.templateFor(ctx, tx, r.BrandID, o.ContractTemplateID)
		d.Choices.TemplateID = t.ID
		return d, err
	}
	return d, nil
}

// contractParts is what the text of the contract of an offer is made of, with the offer.
func (s *Store) contractParts(ctx context.Context, tx pgx.Tx, offer uuid.UUID, term int) (rapport.ContractParts, gen.OfferForContractRow, error) {
	o, err := s.q.OfferForContract(ctx, tx, offer)
	if err != nil {
		return rapport.ContractParts{}, o, fmt.Errorf("offer: %w", err)
	}
	var rules rapport.ContentRules
	parts := rapport.ContractParts{
		Brand: o.BrandName, BrandAddress: o.PostalAddress, Creator: o.CreatorName, Campaign: o.CampaignName, Brief: o.Brief, Term: term,
		Fee: rapport.Money{Amount: o.Fee, Currency: o.Currency}, Market: orZero(o.Country),
	}
	if err := errors.Join(json.Unmarshal(o.Terms, &parts.Terms), json.Unmarshal(o.ContentRules, &rules)); err != nil {
		return parts, o, fmt.Errorf("read terms: %w", err)
	}
	parts.Regulated = rules.Regulated
	return parts, o, nil
}

// mayDraft says why the text of a contract can be chosen no more.
func mayDraft(r gen.ContractDraftRow) error {
	refuse := func(reason, words string) error {
		return &rapport.Error{Code: rapport.CodeConflict, Reason: reason, State: r.State, Message: words}
	}
	switch {
	case r.Amends != nil:
		return refuse("amendment", "The text of an amendment is made of what it changes. Withdraw it and draft another one.")
	case r.State != "drafting" && r.State != "internal_approval":
		return refuse("contract_decided", "The text of a contract that is out for signature, signed or over never changes.")
	case r.Signed:
		return refuse("contract_signed", "The brand has signed this text, and it is on its way to the creator. To change it, withdraw the contract and make another offer.")
	}
	return nil
}

func approval(by string, at *time.Time) *rapport.ContractApproval {
	if at == nil {
		return nil
	}
	return &rapport.ContractApproval{By: by, At: *at}
}

// SaveContractDraft makes the next draft of a contract whose draft is the one last read; stale when somebody else was faster, conflict when the
// choices make another text by now than the one with the hash.
func (s *Store) SaveContractDraft(ctx context.Context, id uuid.UUID, draft int, choices rapport.DraftChoices, seen []byte, by uuid.UUID) (rapport.DraftSource, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.DraftSource, error) {
		if _, err := s.q.LockContract(ctx, tx, gen.LockContractParams{ID: id, Brands: rapport.BrandsFrom(ctx)}); err != nil {
			return rapport.DraftSource{}, err
		}
		d, err := s.draftSource(ctx, tx, id)
		if err != nil {
			return d, err
		}
		if d.Draft != draft {
			return d, &rapport.Error{Code: rapport.CodeStale, Message: fmt.Sprintf(
				"%s saved draft %d of this contract meanwhile. Nothing of yours was saved or lost: look at that draft, then choose again what it has not.", orWords(d.By, "Somebody"), d.Draft)}
		}
		choices.Chose(d.Choices, by)
		made, err := d.Make(choices)
		if err != nil {
			return d, err
		}
		if len(made.Bad) > 0 {
			return d, rapport.Invalid(rapport.SortFields(made.Bad)...)
		}
		hash := sha256.Sum256([]byte(made.Text))
		if !bytes.Equal(hash[:], seen) {
			return d, &rapport.Error{Code: rapport.CodeConflict, Reason: "other_text",
				Message: "The clauses or the deal changed since you saw this text. Nothing was saved; look at the text again, as it would be now."}
		}
		if err := s.writeDraft(ctx, tx, d, choices, made, hash[:], by); err != nil {
			return d, err
		}
		if err := s.audit(ctx, tx, by, "contract.draft_saved", id, map[string]any{"draft": d.Draft + 1}); err != nil {
			return d, err
		}
		return s.draftSource(ctx, tx, id)
	})
}

func orWords(words, none string) string {
	if words == "" {
		return none
	}
	return words
}

func (s *Store) writeDraft(ctx context.Context, tx pgx.Tx, d rapport.DraftSource, choices rapport.DraftChoices, made rapport.ContractDraft, hash []byte, by uuid.UUID) error {
	brands := rapport.BrandsFrom(ctx)
	if err := s.q.KeepFirstDraft(ctx, tx, gen.KeepFirstDraftParams{ID: d.ContractID, Brands: brands}); err != nil {
		return fmt.Errorf("keep the first draft: %w", err)
	}
	saved, err := s.q.SaveContractDraft(ctx, tx, gen.SaveContractDraftParams{
		ID: d.ContractID, Brands: brands, Draft: int32(d.Draft), Body: made.Text, BodySha256: hash, TemplateID: &choices.TemplateID,
	})
	if err != nil {
		return stale(err)
	}
	plain, err := d.Make(rapport.DraftChoices{TemplateID: choices.TemplateID})
	if err != nil {
		return err
	}
	row := gen.InsertContractDraftParams{
		ContractID: d.ContractID, Draft: saved.Draft, BrandID: d.BrandID, Choices: mustJSON(choices), Body: made.Text, BodySha256: hash, TemplateBody: plain.Text, CreatedBy: some(by),
	}
	if !bytes.Equal(hash, d.SHA256) {
		row.LostApprovalBy, row.LostApprovalAt = saved.ApprovedBy, saved.ApprovedAt
	}
	if err := s.q.InsertContractDraft(ctx, tx, row); err != nil {
		return fmt.Errorf("insert draft: %w", err)
	}
	return s.writeClauses(ctx, tx, d.ContractID, d.BrandID, saved.Draft, made.Clauses)
}

func (s *Store) writeClauses(ctx context.Context, tx pgx.Tx, contract, brand uuid.UUID, draft int32, clauses []rapport.DraftedClause) error {
	for i, c := range clauses {
		err := s.q.InsertContractClause(ctx, tx, gen.InsertContractClauseParams{
			ContractID: contract, Draft: draft, Position: int32(i + 1), BrandID: brand, ClauseID: c.ClauseID, Version: int32(c.Version), Title: c.Title, Body: c.Body,
			Fallback: int32(c.Fallback), Added: c.Added,
		})
		if err != nil {
			return fmt.Errorf("insert clause: %w", err)
		}
	}
	return nil
}

// ApproveContract notes that somebody approves the text with the hash; conflict for another text or a contract that is decided. Who approved it
// first stays.
func (s *Store) ApproveContract(ctx context.Context, id uuid.UUID, seen []byte, by uuid.UUID) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		r, err := s.seenText(ctx, tx, id, seen)
		if err != nil {
			return err
		}
		if r.State != "drafting" && r.State != "internal_approval" {
			return &rapport.Error{Code: rapport.CodeConflict, Reason: "contract_decided", State: r.State, Message: "This contract is out for signature, signed or over: there is nothing to approve."}
		}
		n, err := s.q.ApproveContract(ctx, tx, gen.ApproveContractParams{ID: id, Brands: rapport.BrandsFrom(ctx), BodySha256: seen, UserID: by})
		if err != nil || n == 0 {
			return err
		}
		return s.audit(ctx, tx, by, "contract.approved", id, map[string]any{"draft": r.Draft})
	})
}

// seenText locks a contract whose text is the one with the hash; conflict for another text.
func (s *Store) seenText(ctx context.Context, tx pgx.Tx, id uuid.UUID, seen []byte) (gen.ContractDraftRow, error) {
	if _, err := s.q.LockContract(ctx, tx, gen.LockContractParams{ID: id, Brands: rapport.BrandsFrom(ctx)}); err != nil {
		return gen.ContractDraftRow{}, err
	}
	r, err := s.q.ContractDraft(ctx, tx, gen.ContractDraftParams{ID: id, Brands: rapport.BrandsFrom(ctx)})
	if err == nil && !bytes.Equal(r.BodySha256, seen) {
		err = &rapport.Error{
			Code: rapport.CodeConflict, Reason: "other_text", State: r.State,
			Message: fmt.Sprintf("%s changed the text since you read it: draft %d stands now. Nothing was approved or sent; read it first.", orWords(r.DraftedBy, "Somebody"), r.Draft),
		}
	}
	return r, err
}

// draftInfo says how the text of a contract came to be; nil for an amendment.
func (s *Store) draftInfo(ctx context.Context, tx pgx.Tx, c rapport.Contract) (*rapport.DraftInfo, error) {
	if c.Amends != nil {
		return nil, nil //nolint:nilnil // nothing is chosen for an amendment
	}
	brands := rapport.BrandsFrom(ctx)
	r, err := s.q.ContractDraft(ctx, tx, gen.ContractDraftParams{ID: c.ID, Brands: brands})
	if err != nil {
		return nil, fmt.Errorf("draft: %w", err)
	}
	var choices rapport.DraftChoices
	if err := json.Unmarshal(r.Choices, &choices); err != nil {
		return nil, fmt.Errorf("read the choices of contract %s: %w", c.ID, err)
	}
	info := rapport.DraftInfo{By: r.DraftedBy, At: r.DraftedAt, Template: r.TemplateName, LostApproval: approval(r.LostApprovalBy, r.LostApprovalAt)}
	ids, people := choices.Named()
	titles := make(map[uuid.UUID]string, len(ids))
	named, err := s.q.TitlesOfClauses(ctx, tx, gen.TitlesOfClausesParams{Ids: noNil(ids), Brands: brands})
	if err != nil {
		return nil, fmt.Errorf("clauses: %w", err)
	}
	for _, n := range named {
		titles[n.ID] = n.Title
	}
	for _, d := range c.Clauses { // as it stands in this contract
		titles[d.ClauseID] = d.Title
	}
	names, err := s.UserNames(ctx, people)
	info.Choices = choices.Made(titles, names)
	return &info, err
}

// ContractComparison finds the texts that a contract's can be compared with.
func (s *Store) ContractComparison(ctx context.Context, id uuid.UUID) (rapport.ContractComparison, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (c rapport.ContractComparison, err error) {
		brands := rapport.BrandsFrom(ctx)
		r, err := s.q.ContractDraft(ctx, tx, gen.ContractDraftParams{ID: id, Brands: brands})
		if err != nil {
			return c, err
		}
		if r.TemplateBody == "" && r.TemplateID != nil { // nobody chose anything yet
			r.TemplateBody = r.Body
		}
		if r.TemplateBody != "" {
			c.Template = &rapport.ComparedText{Words: fmt.Sprintf("What the template “%s” says for this deal", r.TemplateName), Text: r.TemplateBody}
		}
		before, err := s.q.FormerDraft(ctx, tx, gen.FormerDraftParams{ContractID: id, Brands: brands, Draft: r.Draft})
		switch {
		case err == nil:
			c.Draft = &rapport.ComparedText{Words: fmt.Sprintf("Draft %d, %s", before.Draft, orWords(before.DraftedBy, "made from the template by itself")), Text: before.Body}
		case !errors.Is(err, pgx.ErrNoRows):
			return c, fmt.Errorf("former draft: %w", err)
		}
		former, err := s.q.FormerContract(ctx, tx, gen.FormerContractParams{ID: id, Brands: brands})
		switch {
		case err == nil:
			c.Contract = &rapport.ComparedText{Words: fmt.Sprintf("%s of term %d", former.Number, former.Term), Text: former.Body, ContractID: &former.ID}
		case !errors.Is(err, pgx.ErrNoRows):
			return c, fmt.Errorf("former contract: %w", err)
		}
		return c, nil
	})
}
