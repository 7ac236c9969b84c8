package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"
	openapi_types "github.com/oapi-codegen/runtime/types"

	"rapport"
	"rapport/api/gen"
	"rapport/paper"
)

// statement finds what a brand came to owe a creator and paid.
func (s *Server) statement(ctx context.Context, brand, creator uuid.UUID, from, to *openapi_types.Date) (rapport.Statement, error) {
	store, err := storeAs[PaperStore](s)
	if err != nil {
		return rapport.Statement{}, err
	}
	first, last, err := s.period(from, to)
	if err != nil {
		return rapport.Statement{}, err
	}
	found, err := store.Statement(ctx, brand, creator, first, last)
	return found, called("brand or creator", err)
}

// GetStatement shows finance the account of a creator at a brand.
func (s *Server) GetStatement(ctx context.Context, r gen.GetStatementRequestObject) (gen.GetStatementResponseObject, error) {
	found, err := s.statement(ctx, r.Params.BrandId, r.Id, r.Params.From, r.Params.To)
	return gen.GetStatement200JSONResponse(showStatement(rapport.WordsIn(""), found)), err
}

// ExportStatement gives the same as a file.
func (s *Server) ExportStatement(ctx context.Context, r gen.ExportStatementRequestObject) (gen.ExportStatementResponseObject, error) {
	found, err := s.statement(ctx, r.Params.BrandId, r.Id, r.Params.From, r.Params.To)
	return s.statementFile(found, r.Params.Format), err
}

// GetPortalStatement shows a creator their account at the brand.
func (s *Server) GetPortalStatement(ctx context.Context, r gen.GetPortalStatementRequestObject) (gen.GetPortalStatementResponseObject, error) {
	_, who, page, err := s.visit(ctx)
	if err != nil {
		return nil, err
	}
	found, err := s.statement(ctx, who.BrandID, who.CreatorID, r.Params.From, r.Params.To)
	return gen.GetPortalStatement200JSONResponse(showStatement(wordsFor(ctx, page.Locale), found)), err
}

// ExportPortalStatement gives the same as a file.
func (s *Server) ExportPortalStatement(ctx context.Context, r gen.ExportPortalStatementRequestObject) (gen.ExportPortalStatementResponseObject, error) {
	_, who, _, err := s.visit(ctx)
	if err != nil {
		return nil, err
	}
	found, err := s.statement(ctx, who.BrandID, who.CreatorID, r.Params.From, r.Params.To)
	return s.statementFile(found, r.Params.Format), err
}

func showStatement(say rapport.Words, s rapport.Statement) gen.Statement {
	shown := gen.Statement{
		BrandName: s.BrandName, CreatorName: s.CreatorName, Zone: s.Zone, From: openapi_types.Date{Time: s.From}, To: openapi_types.Date{Time: s.To},
		Accounts: make([]gen.StatementAccount, len(s.Accounts)),
	}
	for i, a := range s.Accounts {
		account := gen.StatementAccount{
			Opening: toMoney(a.Opening), Accrued: toMoney(a.Accrued), Paid: toMoney(a.Paid), Other: toMoney(a.Other), Closing: toMoney(a.Closing), Lines: make([]gen.StatementLine, len(a.Lines)),
		}
		for n, l := range a.Lines {
			account.Lines[n] = gen.StatementLine{
				Id: l.ID, Day: openapi_types.Date{Time: l.Day}, What: rapport.PostedWordsIn(say, l.Kind, l.Outside), MilestoneTitle: orNil(l.MilestoneTitle), ContractNumber: orNil(l.ContractNumber),
				Amount: toMoney(l.Amount), Balance: toMoney(l.Balance),
			}
		}
		shown.Accounts[i] = account
	}
	return shown
}

// statementFile is a statement as a table, or as a paper.
func (s *Server) statementFile(found rapport.Statement, format *gen.StatementFormat) statementFile {
	name := "statement-" + found.From.Format("2006-01-02") + "-" + found.To.Format("2006-01-02")
	if format != nil && *format == gen.StatementFormatPdf {
		return statementFile{paper: &paperFile{name: name, paper: statementPaper(found, s.now())}}
	}
	rows := func(row func(cells ...any) error) error {
		if err := row("Day", "What", "Milestone", "Contract", "Amount", "Balance", "Currency", "Reference"); err != nil {
			return err
		}
		for _, a := range found.Accounts {
			if err := row(found.From.Format("2006-01-02"), "Opening balance", "", "", "", a.Opening, currencyCode(a.Opening), ""); err != nil {
				return err
			}
			for _, l := range a.Lines {
				err := row(l.Day.Format("2006-01-02"), rapport.PostedWords(l.Kind, l.Outside), l.MilestoneTitle, l.ContractNumber, l.Amount, l.Balance, currencyCode(l.Amount), l.ID.String())
				if err != nil {
					return err
				}
			}
			if err := row(found.To.Format("2006-01-02"), "Closing balance", "", "", "", a.Closing, currencyCode(a.Closing), ""); err != nil {
				return err
			}
		}
		return nil
	}
	return statementFile{sheet: sheetFile{name: name, xlsx: isXLSX(format), title: "Statement", rows: rows}}
}

func statementPaper(found rapport.Statement, made time.Time) *paper.Paper {
	p := paper.New("Statement of account", found.BrandName+" and "+found.CreatorName, made)
	p.Facts(
		[2]string{"Brand", found.BrandName + "\n" + found.PostalAddress}, [2]string{"Creator", found.CreatorName},
		[2]string{"Period", day(found.From) + " to " + day(found.To) + ", days of " + found.Zone},
	)
	if len(found.Accounts) == 0 {
		p.Say("Nothing was owed and nothing was paid until the end of this period.")
	}
	for _, a := range found.Accounts {
		p.Section(currencyCode(a.Opening))
		p.Facts(
			[2]string{"Opening balance", a.Opening.String()}, [2]string{"Came to be owed", a.Accrued.String()}, [2]string{"Paid", a.Paid.String()},
			[2]string{"Taken back, written off", a.Other.String()}, [2]string{"Closing balance", a.Closing.String()},
		)
		rows := make([][]string, len(a.Lines))
		for i, l := range a.Lines {
			rows[i] = []string{day(l.Day), rapport.PostedWords(l.Kind, l.Outside), l.MilestoneTitle, l.ContractNumber, majorUnits(l.Amount), majorUnits(l.Balance)}
		}
		p.Table([]paper.Column{
			{Head: "Day", Share: 0.16}, {Head: "What", Share: 0.18}, {Head: "Milestone", Share: 0.28},
			{Head: "Contract", Share: 0.12}, {Head: "Amount", Share: 0.13, Right: true}, {Head: "Balance", Share: 0.13, Right: true},
		}, rows)
	}
	p.Say("A balance above zero is owed to the creator; one below zero is owed back.")
	return p
}

type statementFile struct {
	sheet sheetFile
	paper *paperFile
}

func (f statementFile) write(w http.ResponseWriter) error {
	if f.paper != nil {
		return f.paper.write(w)
	}
	return f.sheet.write(w)
}

// VisitExportStatementResponse writes the file.
func (f statementFile) VisitExportStatementResponse(w http.ResponseWriter) error { return f.write(w) }

// VisitExportPortalStatementResponse writes the file.
func (f statementFile) VisitExportPortalStatementResponse(w http.ResponseWriter) error {
	return f.write(w)
}
