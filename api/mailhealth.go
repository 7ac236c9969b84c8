package api

import (
	"context"

	"rapport"
	"rapport/api/gen"
)

// GetMailHealth is not built yet.
func (s *Server) GetMailHealth(_ context.Context, _ gen.GetMailHealthRequestObject) (gen.GetMailHealthResponseObject, error) {
	return nil, rapport.Errorf(rapport.CodeNotFound, "not built")
}

// ListSuppressions is not built yet.
func (s *Server) ListSuppressions(_ context.Context, _ gen.ListSuppressionsRequestObject) (gen.ListSuppressionsResponseObject, error) {
	return nil, rapport.Errorf(rapport.CodeNotFound, "not built")
}

// LiftSuppression is not built yet.
func (s *Server) LiftSuppression(_ context.Context, _ gen.LiftSuppressionRequestObject) (gen.LiftSuppressionResponseObject, error) {
	return nil, rapport.Errorf(rapport.CodeNotFound, "not built")
}
