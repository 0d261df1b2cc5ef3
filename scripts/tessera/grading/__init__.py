"""The instructor's side: what was handed in, judged. See book/instructor/40-threat-model.md.

- `kit`: what a grader needs for one exercise: the handout, and tests that students do not see
- `submission`: a patch, a folder or a git URL; only what a student may change is taken from it
- `jail`: other people's programs, kept from everything else; `bench`: builds and boots in there
- `nonce`: what makes a printed success worthless
- `worker`: one submission, in a process and a folder of its own; `many`: a class full of them
- `report`, `formats`: the result, and the forms in which others want it
- `bundle`: what goes to students, and to Gradescope
"""
