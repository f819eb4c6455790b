#include "core/model/display_text.h"
#include "core/model/number_text.h"

#include <QTest>

using namespace signalbox;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

Q_DECLARE_METATYPE(std::chrono::microseconds)

class DisplayTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void harmfulCharactersAreShown_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("shown");
        QTest::newRow("plain") << u"Grüße, 世界 😀"_s << u"Grüße, 世界 😀"_s;
        QTest::newRow("escape sequence") << u"\x1b[2J"_s << u"\\x1b[2J"_s;
        QTest::newRow("title of the window") << u"\x1b]0;x\x07"_s << u"\\x1b]0;x\\x07"_s;
        QTest::newRow("C1 introducer") << QString(QChar(0x9B)) + u"2J"_s << u"\\x9b2J"_s;
        QTest::newRow("zero") << QString(QChar(0)) << u"\\x00"_s;
        QTest::newRow("delete") << QString(QChar(0x7F)) << u"\\x7f"_s;
        QTest::newRow("backspace") << u"a\bb"_s << u"a\\x08b"_s;
        QTest::newRow("right-to-left override") << u"a\u202Eb"_s << u"a\\u202eb"_s;
        QTest::newRow("isolates") << u"\u2066a\u2069"_s << u"\\u2066a\\u2069"_s;
        QTest::newRow("marks of direction") << u"\u200E\u200F\u061C"_s << u"\\u200e\\u200f\\u061c"_s;
        QTest::newRow("line separator") << u"a\u2028b\u2029"_s << u"a\\u2028b\\u2029"_s;
        QTest::newRow("byte order mark") << u"\uFEFFa"_s << u"\\ufeffa"_s;
        QTest::newRow("invisible tag") << u"\U000E0041"_s << u"\\U000e0041"_s;
        QTest::newRow("lone surrogates")
            << QString(QChar(0xD800)) + u"a"_s + QChar(0xDC00) << u"\\ud800a\\udc00"_s;
        QTest::newRow("joiner in an emoji") << u"👩\u200D💻"_s << u"👩\u200D💻"_s;
        QTest::newRow("no-break space") << u"a\u00A0b"_s << u"a\u00A0b"_s;
    }
    void harmfulCharactersAreShown()
    {
        QFETCH(QString, text);
        QFETCH(QString, shown);
        QCOMPARE(displayLine(text), shown);
        QCOMPARE(displayBlock(text), shown);
    }
    void linesAreKeptOnlyInBlocks()
    {
        QCOMPARE(displayLine(u"a\n\tb\r\n"), u"a\\n\\tb\\r\\n"_s);
        QCOMPARE(displayBlock(u"a\n\tb\r\n"), u"a\n\tb\\r\n"_s);
    }
    void durations_data()
    {
        QTest::addColumn<std::chrono::microseconds>("duration");
        QTest::addColumn<QString>("text");
        const auto row = [](std::chrono::microseconds duration, const char *text) {
            QTest::newRow(text) << duration << QString::fromUtf8(text);
        };
        row(0us, "0 µs");
        row(340us, "340 µs");
        row(1400us, "1.4 ms");
        row(24ms, "24 ms");
        row(999ms, "999 ms");
        row(999'600us, "1.0 s");
        row(8400ms, "8.4 s");
        row(9940ms, "9.9 s");
        row(9960ms, "10 s");
        row(48s, "48 s");
        row(59'400ms, "59 s");
        row(59'600ms, "1m 00s");
        row(16min + 4s, "16m 04s");
        row(59min + 59s, "59m 59s");
        row(1h + 2min + 59s, "1h 02m");
        row(76h, "3d 04h");
        row(-8400ms, "-8.4 s");
    }
    void durations()
    {
        QFETCH(std::chrono::microseconds, duration);
        QFETCH(QString, text);
        QCOMPARE(durationText(duration, QLocale::c()), text);
    }
    void ages()
    {
        QCOMPARE(ageText(48s, QLocale::c()), u"48 s"_s);
        QCOMPARE(ageText(15min + 59s, QLocale::c()), u"15 min"_s);
        QCOMPARE(ageText(23h + 59min, QLocale::c()), u"23 h"_s);
        QCOMPARE(ageText(6 * 24h, QLocale::c()), u"6 d"_s);
        QCOMPARE(ageText(-3s, QLocale::c()), u"0 s"_s);
    }
    void numbersFollowTheLocale()
    {
        const QLocale english(QLocale::English, QLocale::UnitedStates);
        const QLocale german(QLocale::German, QLocale::Germany);
        QCOMPARE(jobsText(412, english), u"412 jobs"_s);
        QCOMPARE(jobsText(1, english), u"1 job"_s);
        QCOMPARE(jobsText(12'408, english), u"12,408 jobs"_s);
        QCOMPARE(countText(12'408, german), u"12.408"_s);
        QCOMPARE(durationText(8400ms, german), u"8,4 s"_s);
        QCOMPARE(percentText(0.5, german), u"0,5 %"_s);
        QCOMPARE(percentText(64.4, english), u"64 %"_s);
        QCOMPARE(percentText(0, english), u"0 %"_s);
        QCOMPARE(rateText(1250, english), u"1,250 / s"_s);
        QCOMPARE(bytesText(512, english), u"512 bytes"_s);
        QCOMPARE(bytesText(1'572'864, english), u"1.5 MiB"_s);
    }
};

QTEST_GUILESS_MAIN(DisplayTest)
#include "display_test.moc"
