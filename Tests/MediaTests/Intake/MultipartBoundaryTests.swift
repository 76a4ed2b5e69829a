import TestSupport
import Testing

@testable import Media

@Suite(.timeLimit(.standard)) struct MultipartBoundaryTests {
    private static let longest = String(repeating: "a", count: 200)

    @Test(
        "A boundary may be any printable ASCII of up to 200 characters, quoted or not",
        arguments: [
            ("multipart/form-data; boundary=XyZzy", "XyZzy"),
            ("Multipart/Form-Data ; charset=utf-8; BOUNDARY=\"a b:c\"", "a b:c"),
            ("multipart/form-data; boundary=*****", "*****"), ("multipart/form-data; boundary=&", "&"),
            ("multipart/form-data;boundary={}", "{}"), ("multipart/form-data; boundary=\"{;}\"", "{;}"),
            ("multipart/form-data; boundary=a=b ; charset=utf-8", "a=b"), ("multipart/form-data; boundary=a b", "a b"),
            ("multipart/form-data; boundary=\"q\\\"\\\\\"", "q\"\\"),
            ("multipart/form-data; boundary=\(longest)", longest),
        ]
    )
    func taken(contentType: String, expected: String) throws {
        #expect(try MultipartBoundary(contentType: contentType).bytes == Array(expected.utf8))
    }

    @Test(
        "The error names the type, the length, or the character",
        arguments: [
            ("multipart/mixed; boundary=a", .notAForm, "Content-Type must be multipart/form-data."),
            ("text/plain; boundary=a", .notAForm, "Content-Type must be multipart/form-data."),
            ("multipart/form-data", .missing, "Content-Type has no boundary."),
            ("multipart/form-data; boundary=", .missing, "Content-Type has no boundary."),
            ("multipart/form-data; boundary=\"a ", .missing, "Content-Type has no boundary."),
            (
                "multipart/form-data; boundary=\(longest)a", .tooLong(201),
                "The boundary in Content-Type has 201 characters; 200 are allowed."
            ),
            (
                "multipart/form-data; boundary=aä", .character("ä"),
                "The boundary in Content-Type has the character U+00E4; only printable ASCII is allowed."
            ),
            (
                "multipart/form-data; boundary=\"a\tb\"", .character("\t"),
                "The boundary in Content-Type has the character U+0009; only printable ASCII is allowed."
            ),
        ] as [(String, MultipartBoundary.Failure, String)]
    )
    func refused(contentType: String, failure: MultipartBoundary.Failure, sentence: String) {
        #expect(throws: failure) { try MultipartBoundary(contentType: contentType) }
        #expect(failure.description == sentence)
    }
}
