extension Int {
    /// The product of two numbers that are not negative; `Int.max` where it does not fit.
    func times(_ other: Int) -> Int {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }
}
