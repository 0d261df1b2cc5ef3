"""`./tessera book`: the book, the API reference and the pages made from the stages, as one site.

How a page comes about: `manuscript` reads `book/`; `prose` takes out what only we understand (code
names, blocks, pictures), leaves a mark in its place and hands the rest to Doxygen, which renders it
together with the kernel's comments (`doxygen`); then `prose` puts what belongs there in the place of
each mark, `api` mends Doxygen's own pages, and `frame` puts the same frame around them and around the
pages that are made from data (`stagepage`, `sourcepage`, `historypage`). `site` calls them in order.
"""
