package postgres

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// UnmatchedMail lists mail that names nothing of ours, newest first, as far as somebody who works for some brands and is admin of
// others may see it. An id asks for that one only.
func (s *Store) UnmatchedMail(ctx context.Context, works, admins []uuid.UUID, id *uuid.UUID, page rapport.Page) ([]rapport.UnmatchedMail, []string, error) {
	params := gen.UnmatchedMailParams{Works: works, Admins: admins, ID: id, MaxRows: int32(page.Limit + 1)}
	var err error
	if params.AfterAt, params.AfterID, err = afterTime(page); err != nil {
		return nil, nil, err
	}
	var next []string
	list, err := query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.UnmatchedMail, error) {
		rows, err := s.q.UnmatchedMail(ctx, tx, params)
		if err != nil {
			return nil, fmt.Errorf("unmatched mail: %w", err)
		}
		if len(rows) > page.Limit {
			rows = rows[:page.Limit]
			next = timeKey(rows[len(rows)-1].At, rows[len(rows)-1].ID)
		}
		list := make([]rapport.UnmatchedMail, len(rows))
		ask := gen.MailCandidatesParams{Brands: rapport.BrandsFrom(ctx)}
		for i, r := range rows {
			list[i].Message = rapport.Message{
				ID: r.ID, Direction: "in", Channel: "email", State: "unmatched", Class: r.Class, Author: r.FromAddress, From: r.FromAddress,
				Subject: r.Subject, Text: r.BodyText, Quoted: r.Quoted, HTML: r.BodyHtml, At: r.At,
			}
			ask.Mails, ask.Addresses, ask.Subjects = append(ask.Mails, r.ID), append(ask.Addresses, r.FromAddress), append(ask.Subjects, rapport.PlainSubject(r.Subject))
		}
		candidates, err := s.q.MailCandidates(ctx, tx, ask)
		if err != nil {
			return nil, fmt.Errorf("candidates: %w", err)
		}
		for _, c := range candidates {
			i := slices.Index(ask.Mails, c.Mail)
			list[i].Candidates = append(list[i].Candidates, rapport.MailCandidate{
				PartnershipID: c.ID, CreatorName: c.CreatorName, CampaignName: c.CampaignName, BrandName: c.BrandName, Stage: rapport.Stage(c.Stage), ByAddress: c.ByAddress, BySubject: c.BySubject,
			})
		}
		return list, nil
	})
	return list, next, err
}

// FileMail files an unmatched mail, and what waited for it goes on: under a partnership of the scope, or puts it aside when none is given. It is a conflict when
// somebody else was faster.
func (s *Store) FileMail(ctx context.Context, message uuid.UUID, from string, partnership *uuid.UUID) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		filed, err := s.q.FileMail(ctx, tx, gen.FileMailParams{Message: message, Partnership: partnership})
		if err == nil && !filed {
			return rapport.Errorf(rapport.CodeConflict, "Somebody else filed this mail already.")
		}
		if err != nil {
			return err
		}
		if partnership != nil {
			wish, err := s.q.FiledWish(ctx, tx, message)
			if err != nil {
				return fmt.Errorf("what it asks for: %w", err)
			}
			if wish.Stop {
				if err := s.stopWriting(ctx, tx, from, *partnership, wish.BrandID, message); err != nil {
					return err
				}
			}
		}
		return s.signalMeant(ctx, tx, from, func(p uuid.UUID) rapport.Signal {
			return rapport.Signal{ID: rapport.DeriveID(message, "filed/"+p.String()), Kind: rapport.SignalMail, Ref: message, Code: rapport.MailFiled}
		})
	})
}
