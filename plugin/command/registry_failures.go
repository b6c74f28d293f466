package command

import (
	"context"
	"errors"

	"github.com/stack-lite/stack-lite/plugin/image"
	"github.com/stack-lite/stack-lite/plugin/session"
)

// noteFailures prints as notes which images could not be fetched or sent. It
// returns the other errors, and all of them after an interruption.
func noteFailures(ctx context.Context, s *session.Session, err error) error {
	failures, other := partFailures(ctx, err)
	for _, one := range failures {
		s.Note(one.Error())
	}
	return other
}

// partFailures parts the errors of images that could not be fetched or sent from
// the others. After an interruption all are others.
func partFailures(ctx context.Context, err error) (failures []error, others error) {
	if err == nil || ctx.Err() != nil {
		return nil, err
	}
	list := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		list = joined.Unwrap()
	}
	var other []error
	for _, one := range list {
		var failed *image.RegistryError
		if !errors.As(one, &failed) {
			other = append(other, one)
			continue
		}
		failures = append(failures, one)
	}
	return failures, errors.Join(other...)
}
