package postgres

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// ChangePassword keeps the hash of another password of a person and ends every session but the one that is kept.
func (s *Store) ChangePassword(ctx context.Context, user uuid.UUID, hash string, keep []byte) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if err := s.q.SetPassword(ctx, tx, gen.SetPasswordParams{ID: user, PasswordHash: hash}); err != nil {
			return err
		}
		if err := s.q.EndPasswordLinks(ctx, tx, user); err != nil {
			return err
		}
		if err := s.q.DeleteOtherSessionsOf(ctx, tx, gen.DeleteOtherSessionsOfParams{UserID: user, Keep: keep}); err != nil {
			return err
		}
		return s.audit(ctx, tx, user, "password.changed", user, nil)
	})
}

// SendPasswordLink mails a person a link to choose a password: the invitation anew to who has none yet. Earlier links end.
func (s *Store) SendPasswordLink(ctx context.Context, id, by uuid.UUID) (rapport.User, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.User, error) {
		u, err := s.user(ctx, tx, id)
		if err != nil {
			return rapport.User{}, err
		}
		if u.Disabled {
			return rapport.User{}, &rapport.Error{Code: rapport.CodeConflict, Reason: "disabled", Message: "This person is disabled. Enable them first.", State: "disabled"}
		}
		return u, s.mailPasswordLink(ctx, tx, gen.WhoGetsPasswordLinkParams{ID: &id, AskedBy: &by})
	})
}

// AskPasswordLink is SendPasswordLink for whoever typed an address; not_found when nobody who may sign in has it.
func (s *Store) AskPasswordLink(ctx context.Context, email string) error {
	brands, err := s.AllBrands(ctx) // who asks is not signed in: the mail is from a brand of the person's
	if err != nil {
		return err
	}
	return s.InTx(rapport.WithBrands(ctx, brands...), func(ctx context.Context, tx pgx.Tx) error {
		return s.mailPasswordLink(ctx, tx, gen.WhoGetsPasswordLinkParams{Email: &email})
	})
}

// mailPasswordLink puts the mail with the link on its way. Of several that wait only the newest is sent.
func (s *Store) mailPasswordLink(ctx context.Context, tx pgx.Tx, find gen.WhoGetsPasswordLinkParams) error {
	find.Brands = rapport.BrandsFrom(ctx)
	p, err := s.q.WhoGetsPasswordLink(ctx, tx, find)
	if err != nil {
		return err
	}
	if err := s.q.EndPasswordLinks(ctx, tx, p.ID); err != nil {
		return err
	}
	id := newID()
	key := "password_link/" + id.String()
	subject, text := rapport.PasswordMail{Invitation: p.Invited, To: p.Name, By: p.AskedBy, Brand: p.BrandName}.Words()
	if _, err := s.q.InsertAlertMail(ctx, tx, gen.InsertAlertMailParams{ID: id, BrandID: p.BrandID, DedupeKey: &key, ToAddress: &p.Email, Subject: &subject, BodyText: &text}); err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	if err := s.q.CreatePasswordLink(ctx, tx, gen.CreatePasswordLinkParams{MessageID: id, UserID: p.ID, Invitation: p.Invited}); err != nil {
		return fmt.Errorf("link: %w", err)
	}
	action, by := "password_link.asked", uuid.Nil
	if find.AskedBy != nil {
		by = *find.AskedBy
	}
	if p.Invited {
		action = "user.invited"
	}
	if err := s.audit(ctx, tx, by, action, p.ID, nil); err != nil {
		return err
	}
	return s.startMessage(ctx, tx, id, p.BrandID)
}

// PasswordLink finds whose password a link chooses; not_found for one that works no longer.
func (s *Store) PasswordLink(ctx context.Context, tokenHash []byte) (rapport.PasswordLink, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.PasswordLink, error) {
		r, err := s.q.GetPasswordLink(ctx, tx, tokenHash)
		return rapport.PasswordLink(r), err
	})
}

// UsePasswordLink keeps the hash of the password that a person chose by a link, once, and ends their sessions; not_found for a link that works no longer.
// The second factor stays as it is.
func (s *Store) UsePasswordLink(ctx context.Context, tokenHash []byte, hash string) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		link, err := s.q.UsePasswordLink(ctx, tx, tokenHash)
		if err != nil {
			return err
		}
		if err := s.q.EndPasswordLinks(ctx, tx, link.UserID); err != nil {
			return err
		}
		if err := s.q.SetPassword(ctx, tx, gen.SetPasswordParams{ID: link.UserID, PasswordHash: hash}); err != nil {
			return err
		}
		if err := s.q.DeleteSessionsOf(ctx, tx, link.UserID); err != nil {
			return err
		}
		action := "password.chosen"
		if link.Invitation {
			action = "user.joined"
		}
		return s.audit(ctx, tx, link.UserID, action, link.UserID, nil)
	})
}
