"""The stage stack: patches at rest, rebase in motion, tree ids as proof.

At rest:

- `store`: Tessera's corner of a clone: a private repository, caches, a lock
- `patch`: how one `stage.patch` is written and read
- `stack`: patches to trees and back; full trees out of HEAD's files and a stage
- `checkout`: a stage as files in `build/stages/NN`
- `tags`, `start`: ch01 to chNN, and a reader's own worktree at one

In motion:

- `branches`: the branches `stage/NN`, and the refs that say how they came about
- `workshop`: where git rebases and merges, out of everybody's way
- `operation`, `perform`, `publish`: one change to the whole stack: its record, its steps, its end
- `edit`, `propagate`, `sync`, `export`, `absorb`, `scaffold`: what an author does
- `hunks`: which stage owns the lines of a change

As proof: `verify`, `status`, and `boots`, the seam to the golden boots.
"""
from tessera.stages.checkout import materialise

__all__ = ["materialise"]
