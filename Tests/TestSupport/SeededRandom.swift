import Mutation

package typealias SeededRandom = Mutation.SeededRandom
