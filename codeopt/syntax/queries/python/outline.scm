; All that codeopt reads of a Python file, in one pass. The captures are a language's whole contract with codeopt/syntax/outline.py.

; Definitions.
(function_definition) @function
(class_definition) @class
(decorated_definition) @decorated

; Statements that stand for the whole file.
(import_statement) @import
(import_from_statement) @import
(future_import_statement) @import
(expression_statement (assignment) @constant)
(type_alias_statement) @constant

; What is called, as far as it has a name.
(call function: (identifier) @call)
(call function: (attribute) @call)

; Every identifier is read, but for those that a later pattern takes away.
(identifier) @name

; What an assignment gives a name to.
(assignment left: (identifier) @target)
(assignment left: (pattern_list (identifier) @target))
(assignment left: (tuple_pattern (identifier) @target))
(assignment left: (list_pattern (identifier) @target))
(assignment left: (_ (tuple_pattern (identifier) @target)))
(assignment left: (_ (list_pattern (identifier) @target)))
(type_alias_statement left: (type . (identifier) @target))
(type_alias_statement left: (type (generic_type . (identifier) @target)))

; Identifiers that are not read: attributes, keywords, and whatever else binds. An attribute is known by the dot before it: a pattern
; that starts at its parent stays open while the whole chain before the dot is read, and long chains then take quadratic time.
("." . (identifier) @unread)
(keyword_argument name: (identifier) @unread)
(keyword_pattern . (identifier) @unread)
(function_definition name: (identifier) @unread)
(class_definition name: (identifier) @unread)
(parameters (identifier) @unread)
(lambda_parameters (identifier) @unread)
(default_parameter name: (identifier) @unread)
(typed_parameter . (identifier) @unread)
(typed_default_parameter name: (identifier) @unread)
(list_splat_pattern (identifier) @unread)
(dictionary_splat_pattern (identifier) @unread)
(for_statement left: (identifier) @unread)
(for_in_clause left: (identifier) @unread)
(pattern_list (identifier) @unread)
(tuple_pattern (identifier) @unread)
(list_pattern (identifier) @unread)
(named_expression name: (identifier) @unread)
(as_pattern_target (identifier) @unread)
(as_pattern_target (tuple (identifier) @unread))
(global_statement (identifier) @unread)
(nonlocal_statement (identifier) @unread)
(delete_statement (identifier) @unread)
(import_statement (dotted_name (identifier) @unread))
(import_from_statement (dotted_name (identifier) @unread))
(import_from_statement (relative_import (dotted_name (identifier) @unread)))
(future_import_statement (dotted_name (identifier) @unread))
(aliased_import (dotted_name (identifier) @unread))
(aliased_import alias: (identifier) @unread)

; What is not Python 3, though the grammar takes it. Syntax errors are found without the query.
(print_statement) @error
(exec_statement) @error
