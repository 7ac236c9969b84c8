package api

import (
	"context"

	"rapport"
	"rapport/api/gen"
)

// PreviewTemplate is not built yet.
func (s *Server) PreviewTemplate(_ context.Context, _ gen.PreviewTemplateRequestObject) (gen.PreviewTemplateResponseObject, error) {
	return nil, rapport.Errorf(rapport.CodeNotFound, "not built")
}

// ListRunningSequences is not built yet.
func (s *Server) ListRunningSequences(_ context.Context, _ gen.ListRunningSequencesRequestObject) (gen.ListRunningSequencesResponseObject, error) {
	return nil, rapport.Errorf(rapport.CodeNotFound, "not built")
}

// MoveSequence is not built yet.
func (s *Server) MoveSequence(_ context.Context, _ gen.MoveSequenceRequestObject) (gen.MoveSequenceResponseObject, error) {
	return nil, rapport.Errorf(rapport.CodeNotFound, "not built")
}

// EditDraft is not built yet.
func (s *Server) EditDraft(_ context.Context, _ gen.EditDraftRequestObject) (gen.EditDraftResponseObject, error) {
	return nil, rapport.Errorf(rapport.CodeNotFound, "not built")
}

// SettleMail is not built yet.
func (s *Server) SettleMail(_ context.Context, _ gen.SettleMailRequestObject) (gen.SettleMailResponseObject, error) {
	return nil, rapport.Errorf(rapport.CodeNotFound, "not built")
}

// GetMessageFile is not built yet.
func (s *Server) GetMessageFile(_ context.Context, _ gen.GetMessageFileRequestObject) (gen.GetMessageFileResponseObject, error) {
	return nil, rapport.Errorf(rapport.CodeNotFound, "not built")
}
