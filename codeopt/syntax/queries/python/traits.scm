; What a function does that costs time, as far as its text says it. A capture is a trait; codeopt/syntax/traits.py adds `loop/` before
; those that stand in a loop.

; Something is looked for, one element after the other.
(comparison_operator operators: ["in" "not in"]) @search
(call function: (attribute attribute: (identifier) @_name) (#any-of? @_name "index" "count" "remove" "rindex")) @search

; All elements move by one place.
(call
  function: (attribute attribute: (identifier) @_name)
  arguments: (argument_list . (integer) @_first)
  (#any-of? @_name "pop" "insert")
  (#eq? @_first "0")) @shift

(call function: (identifier) @_name (#any-of? @_name "sorted" "min" "max" "sum" "any" "all" "len" "reversed")) @whole
(call function: (attribute attribute: (identifier) @_name) (#any-of? @_name "sort" "sorted" "nsmallest" "nlargest" "heapify")) @whole
(call function: (identifier) @_name (#eq? @_name "sorted")) @sort
(call function: (attribute attribute: (identifier) @_name) (#any-of? @_name "sort" "sorted")) @sort

(augmented_assignment operator: "+=") @grow
(call function: (attribute attribute: (identifier) @_name) (#any-of? @_name "append" "extend" "add" "update" "insert")) @grow

(string) @text
(call
  function: (attribute attribute: (identifier) @_name)
  (#any-of? @_name "join" "replace" "split" "strip" "lstrip" "rstrip" "startswith" "endswith" "lower" "upper" "encode" "decode"
    "format" "find" "partition" "translate" "splitlines" "casefold")) @text

(call function: (attribute object: (identifier) @_name) (#eq? @_name "re")) @pattern
(call function: (attribute attribute: (identifier) @_name) (#any-of? @_name "fullmatch" "finditer" "findall" "sub" "subn")) @pattern

; The same values in another place.
(call
  function: (attribute attribute: (identifier) @_name)
  (#any-of? @_name "copy" "deepcopy" "tolist" "astype" "concatenate" "vstack" "hstack" "stack" "asarray" "array" "cat" "clone"
    "contiguous" "repeat" "tile")) @copy
(call function: (identifier) @_name (#any-of? @_name "list" "tuple" "dict" "set" "bytes" "copy" "deepcopy")) @copy
(subscript subscript: (slice)) @copy

; Another world: files, processes, networks, formats.
(call function: (identifier) @_name (#eq? @_name "open")) @io
(call
  function: (attribute attribute: (identifier) @_name)
  (#any-of? @_name "read" "readline" "readlines" "write" "writelines" "read_text" "read_bytes" "write_text" "write_bytes" "load" "loads"
    "dump" "dumps" "execute" "executemany" "commit" "fetchone" "fetchall" "recv" "send" "seek" "flush")) @io

(binary_operator) @arithmetic
(augmented_assignment operator: ["+=" "-=" "*=" "/=" "//=" "%=" "**=" "<<=" ">>=" "&=" "|=" "^="]) @arithmetic

(call) @call
(attribute) @attribute
(subscript) @subscript
(try_statement) @try
