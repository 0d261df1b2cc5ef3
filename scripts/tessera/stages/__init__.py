"""The stage stack: patches at rest, rebase in motion, tree ids as proof.

| module | what it does |
|---|---|
| `store` | Tessera's corner of a clone: a private repository, caches, a lock |
| `patch` | how one `stage.patch` is written and read |
| `stack` | patches to trees and back; full trees out of HEAD's files and a stage |
| `checkout` | a stage as files in `build/stages/NN` |
| `tags` | ch01 to chNN |
"""
from tessera.stages.checkout import materialise

__all__ = ["materialise"]
