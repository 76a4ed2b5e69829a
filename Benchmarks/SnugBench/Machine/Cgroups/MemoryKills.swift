/// How many processes the kernel has killed for memory from a moment on.
struct MemoryKills: Sendable {
    private let cgroup: (any Cgroup)?
    private let before: Int?

    init(cgroup: (any Cgroup)?) {
        self.cgroup = cgroup
        before = try? cgroup?.outOfMemoryKills()
    }

    /// - Parameter part: Goes before the figure's name.
    func figure(_ part: String = "") -> Figure {
        let name = part + "processes killed for memory"
        guard let cgroup else { return Figure(name, nil, "") }
        let kills = before.flatMap { before in (try? cgroup.outOfMemoryKills()).map { Double($0 - before) } }
        return Figure(name, kills, "", must: .exactly(0))
    }
}
