import Pictures

/// Jobs in order of arrival, with their callers. Pure: it decides, the supervisor acts.
struct JobQueue<Job: Sendable> {
    /// How often a job is given to workers that leave without beginning it.
    static var handOverLimit: Int { 3 }

    typealias Answer = Result<RenderedPicture, RenderFailure>

    struct Ticket {
        let number: Int
        let job: Job
        let answer: AsyncStream<Answer>.Continuation
        var handOvers = 0
    }

    private let lengthLimit: Int
    private var waiting: [Ticket] = []
    private var current: Ticket?
    private var lastNumber = 0

    init(lengthLimit: Int) { self.lengthLimit = lengthLimit }

    var count: Int { waiting.count }
    var isEmpty: Bool { waiting.isEmpty }
    /// The job that ``take()`` returns.
    var next: Job? { waiting.first?.job }

    /// Adds a job; nil when the queue is full.
    mutating func add(_ job: Job) -> (number: Int, answers: AsyncStream<Answer>)? {
        guard waiting.count < lengthLimit else { return nil }
        lastNumber += 1
        let (answers, answer) = AsyncStream.makeStream(of: Answer.self, bufferingPolicy: .bufferingOldest(1))
        waiting.append(Ticket(number: lastNumber, job: job, answer: answer))
        return (lastNumber, answers)
    }

    /// Takes the next job, which is current until it is answered or put back.
    mutating func take() -> Job? {
        guard current == nil, !waiting.isEmpty else { return nil }
        current = waiting.removeFirst()
        return current?.job
    }

    /// Puts the current job back to the front, after a worker left without beginning it. Returns false, and keeps the
    /// job current, when that has happened too often.
    mutating func putBack() -> Bool {
        guard var ticket = current, ticket.handOvers + 1 < Self.handOverLimit else { return false }
        ticket.handOvers += 1
        waiting.insert(ticket, at: 0)
        current = nil
        return true
    }

    mutating func answerCurrent(_ answer: Answer) {
        current?.answer.yield(answer)
        current = nil
    }

    /// Removes a job whose caller is gone, unless it has begun.
    mutating func abandon(_ number: Int) {
        waiting.removeAll { $0.number == number }
    }

    /// Fails the first waiting job.
    mutating func failNext(_ failure: RenderFailure) {
        guard !waiting.isEmpty else { return }
        waiting.removeFirst().answer.yield(.failure(failure))
    }

    /// Fails the current job and all waiting jobs.
    mutating func failAll(_ failure: RenderFailure) {
        answerCurrent(.failure(failure))
        for ticket in waiting { ticket.answer.yield(.failure(failure)) }
        waiting.removeAll()
    }
}
