import { create } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import { SuggestionSchema } from '../../gen/attune/v1/call_pb';
import { pairs } from './compared';

const card = (noteId: string, shown: number) => ({ suggestion: create(SuggestionSchema, { noteId }), shown, expires: shown + 20 });

test('the same note at about the same time is one row, and every card is in one', () => {
  const told = pairs([card('late', 10), card('thanks', 50), card('late', 90)], [card('parrot', 5), card('late', 12), card('late', 60)]);
  expect(told.map(({ at, a, b }) => [at, a?.suggestion.noteId, b?.suggestion.noteId])).toEqual([
    [5, undefined, 'parrot'],
    [10, 'late', 'late'],
    [50, 'thanks', undefined],
    [60, undefined, 'late'],
    [90, 'late', undefined],
  ]);
});
