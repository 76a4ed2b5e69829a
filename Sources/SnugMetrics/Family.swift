/// One metric for each value of a label. The values are the cases of a type, so that their number is known.
package struct Family<Label: CaseIterable & Hashable & Sendable, Metric: Sendable>: Sendable {
    private let metrics: [Label: Metric]

    package init(_ make: (Label) -> Metric) {
        metrics = Dictionary(uniqueKeysWithValues: Label.allCases.map { ($0, make($0)) })
    }

    package subscript(label: Label) -> Metric {
        guard let metric = metrics[label] else { preconditionFailure("a family has a metric for every label") }
        return metric
    }

    /// In the order of the cases.
    package var all: [(label: Label, metric: Metric)] { Label.allCases.map { ($0, self[$0]) } }
}
