import CYAML

/// A part of a YAML document, as libyaml reads it. Aliases are replaced by what they stand for; tags are ignored.
enum YAMLNode {
    case text(String)
    case list([YAMLNode])
    case mapping([(key: YAMLNode, value: YAMLNode)])

    var text: String? {
        if case .text(let text) = self { text } else { nil }
    }
}

/// Why a text is not a YAML document.
struct YAMLError: Error, CustomStringConvertible {
    let description: String
}

extension YAMLNode {
    /// Deepest nesting that is read; an alias may stand within what it stands for.
    private static let maxDepth = 8
    /// Nodes that are read, with those that aliases repeat.
    private static let maxNodes = 1000

    /// The root of the only document in a text; nil for a text that is empty or holds only comments.
    ///
    /// - Throws: `YAMLError` for a text that is not YAML, is nested too deeply, or has a second document.
    static func root(of yaml: String) throws -> YAMLNode? {
        // The parser keeps a pointer to itself.
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        defer { parser.deallocate() }
        guard yaml_parser_initialize(parser) == 1 else { throw YAMLError(description: "there is not enough memory.") }
        defer { yaml_parser_delete(parser) }
        let bytes = Array(yaml.utf8)
        return try bytes.withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress, !bytes.isEmpty else { return nil }
            yaml_parser_set_input_string(parser, start, bytes.count)
            let root = try nextDocument(of: parser)
            if root != nil, try nextDocument(of: parser) != nil {
                throw YAMLError(description: "it has more than one document.")
            }
            return root
        }
    }

    private static func nextDocument(of parser: UnsafeMutablePointer<yaml_parser_t>) throws -> YAMLNode? {
        var document = yaml_document_t()
        guard yaml_parser_load(parser, &document) == 1 else { throw YAMLError(parser.pointee) }
        defer { yaml_document_delete(&document) }
        guard yaml_document_get_root_node(&document) != nil else { return nil }
        var nodesLeft = maxNodes
        return try node(1, of: &document, depth: 0, &nodesLeft)
    }

    /// - Parameter number: The nodes of a document are numbered from 1; the first one is its root.
    private static func node(
        _ number: Int32,
        of document: inout yaml_document_t,
        depth: Int,
        _ nodesLeft: inout Int
    ) throws -> YAMLNode {
        guard depth < maxDepth else { throw YAMLError(description: "it is nested too deeply.") }
        guard nodesLeft > 0 else { throw YAMLError(description: "it has more than \(maxNodes) values.") }
        nodesLeft -= 1
        guard let node = yaml_document_get_node(&document, number)?.pointee else {
            preconditionFailure("libyaml refers to nodes of the same document only")
        }
        switch node.type {
        case YAML_SEQUENCE_NODE:
            let items = node.data.sequence.items
            let numbers = UnsafeBufferPointer(start: items.start, count: items.top - items.start)
            return .list(try numbers.map { try self.node($0, of: &document, depth: depth + 1, &nodesLeft) })
        case YAML_MAPPING_NODE:
            let pairs = node.data.mapping.pairs
            let numbers = UnsafeBufferPointer(start: pairs.start, count: pairs.top - pairs.start)
            return .mapping(
                try numbers.map { pair in
                    let key = try self.node(pair.key, of: &document, depth: depth + 1, &nodesLeft)
                    return (key, try self.node(pair.value, of: &document, depth: depth + 1, &nodesLeft))
                }
            )
        default:
            let scalar = node.data.scalar
            let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            return .text(String(decoding: bytes, as: UTF8.self))
        }
    }
}

extension YAMLError {
    fileprivate init(_ parser: yaml_parser_t) {
        let problem = parser.problem.map { String(cString: $0) } ?? "it is not YAML"
        // Bytes that are not text are found before lines are counted.
        let place = parser.error == YAML_READER_ERROR ? "" : " in line \(parser.problem_mark.line + 1)"
        description = "\(problem)\(place)."
    }
}
