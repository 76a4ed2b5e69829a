import GRDB

/// The schema as a list of numbered migrations. A released migration is never edited; a new one is added.
enum Schema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("0001", migrate: Migration0001.apply)
        migrator.registerMigration("0002", migrate: Migration0002.apply)
        migrator.registerMigration("0003", migrate: Migration0003.apply)
        migrator.registerMigration("0004", migrate: Migration0004.apply)
        migrator.registerMigration("0005", migrate: Migration0005.apply)
        migrator.registerMigration("0006", migrate: Migration0006.apply)
        migrator.registerMigration("0007", migrate: Migration0007.apply)
        migrator.registerMigration("0008", migrate: Migration0008.apply)
        migrator.registerMigration("0009", migrate: Migration0009.apply)
        migrator.registerMigration("0010", migrate: Migration0010.apply)
        migrator.registerMigration("0011", migrate: Migration0011.apply)
        migrator.registerMigration("0012", migrate: Migration0012.apply)
        migrator.registerMigration("0013", migrate: Migration0013.apply)
        migrator.registerMigration("0014", migrate: Migration0014.apply)
        migrator.registerMigration("0015", migrate: Migration0015.apply)
        return migrator
    }
}
