// The table of faults in the documentation names tests that are there.
#include <QFile>
#include <QRegularExpression>
#include <QSet>
#include <QTest>

using namespace Qt::StringLiterals;

class FaultTableTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyTestNamedIsThere();

private:
    [[nodiscard]] static QString textOf(const QString &path)
    {
        QFile file(QStringLiteral(SOURCE_FOLDER) + u'/' + path);
        return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
    }
};

void FaultTableTest::everyTestNamedIsThere()
{
    static const QRegularExpression row(u"^\\| (\\d+) \\|.*"_s, QRegularExpression::MultilineOption);
    static const QRegularExpression name(u"`([a-z0-9_/]+\\.cpp)::(\\w+)`"_s);
    QSet<int> missing{1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 13, 16, 17, 18, 21, 22, 23, 26, 27, 32};
    const QString table = textOf(u"docs/decisions/0005-faults.md"_s);
    for (auto rows = row.globalMatch(table); rows.hasNext();) {
        const QRegularExpressionMatch found = rows.next();
        auto names = name.globalMatch(found.captured());
        QVERIFY2(names.hasNext(), qPrintable(found.captured()));
        while (names.hasNext()) {
            const QRegularExpressionMatch test = names.next();
            // Declared among the slots, and defined as a member: so it is run.
            const QString source = textOf(u"tests/"_s + test.captured(1));
            const bool isThere = source.contains(u"    void "_s + test.captured(2) + u"();"_s)
                && source.contains(u"Test::"_s + test.captured(2) + u"()"_s);
            QVERIFY2(isThere, qPrintable(test.captured()));
        }
        missing.remove(found.captured(1).toInt());
    }
    QVERIFY2(missing.isEmpty(), qPrintable(QString::number(missing.isEmpty() ? 0 : *missing.cbegin())));
}

QTEST_GUILESS_MAIN(FaultTableTest)
#include "fault_table_test.moc"
