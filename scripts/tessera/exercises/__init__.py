"""Exercises: holes to fill, extensions, bug hunts, things to measure.

- `declare`: an exercise.toml, checked; `catalog`: which exercises there are
- `sides`: starter, solution and mutants, as patches against the stage and as trees
- `trial`, with `unit`, `boots`, `answers`: the tests of an exercise, run on one tree
- `signature`: how a wrong solution fails, by which the next one like it is known
- `matrix`: the proof that starter, solution and mutants do what they must
- `authoring`: the sides as branches of the stage stack
- `handout`, `workspace`: what a student gets, and what they do with it

`tessera.grading` is the instructor's side.
"""
