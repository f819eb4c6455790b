#include "core/redis/resp_reader.h"
#include "core/redis/resp_writer.h"

#include <QTest>

using namespace signalbox::redis;

namespace {

/// Everything that the bytes hold, as one line a person can compare: [1,'a',nil,!error].
QString shown(const Reply &reply)
{
    switch (reply.type) {
    case Reply::Type::Nil:
        return QStringLiteral("nil");
    case Reply::Type::Integer:
        return QString::number(reply.integer);
    case Reply::Type::Text:
        return u'\'' + QString::fromUtf8(reply.text) + u'\'';
    case Reply::Type::Status:
        return u'+' + QString::fromUtf8(reply.text);
    case Reply::Type::Array:
        break;
    }
    QStringList parts;
    for (const Reply &element : reply.elements) parts << shown(element);
    return u'[' + parts.join(u',') + u']';
}

QString parse(const QByteArray &bytes, qsizetype piece, RespLimits limits = {})
{
    RespReader reader(limits);
    QStringList frames;
    for (qsizetype at = 0; at < bytes.size(); at += piece) {
        reader.feed(QByteArrayView(bytes).sliced(at, std::min(piece, bytes.size() - at)));
        while (const auto frame = reader.next())
            frames << (frame->isError ? u'!' + QString::fromUtf8(frame->reply.text) : shown(frame->reply));
    }
    if (!reader.failure().isEmpty()) frames << QStringLiteral("FAILED");
    return frames.join(u' ');
}

} // namespace

class RespReaderTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void readsReplies_data();
    void readsReplies();
    void refusesBrokenBytes_data();
    void refusesBrokenBytes();
    void capsAFrame();
    void capsElements();
    void allocatesWhatArrivesNotWhatIsAnnounced();
    void refusesALineWithoutEnd();
    void staysFailed();
    void readsWhatTheWriterWrites();
};

void RespReaderTest::readsReplies_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("expected");
    QTest::newRow("status") << QByteArray("+OK\r\n") << "+OK";
    QTest::newRow("integers") << QByteArray(":0\r\n:-5\r\n:9223372036854775807\r\n")
                              << "0 -5 9223372036854775807";
    QTest::newRow("text with CR LF") << QByteArray("$4\r\na\r\nb\r\n") << "'a\r\nb'";
    QTest::newRow("empty and nil") << QByteArray("$0\r\n\r\n$-1\r\n*0\r\n*-1\r\n") << "'' nil [] nil";
    QTest::newRow("nested") << QByteArray("*3\r\n*2\r\n:1\r\n$1\r\na\r\n*0\r\n*1\r\n*1\r\n+x\r\n")
                            << "[[1,'a'],[],[[+x]]]";
    QTest::newRow("seven levels") << QByteArray("*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:7\r\n")
                                  << "[[[[[[[7]]]]]]]";
    QTest::newRow("error") << QByteArray("-ERR no\r\n+OK\r\n") << "!ERR no +OK";
    QTest::newRow("error inside an array")
        << QByteArray("*3\r\n:1\r\n-OOM x\r\n-ERR y\r\n:2\r\n") << "!OOM x 2";
}

void RespReaderTest::readsReplies()
{
    QFETCH(const QByteArray, bytes);
    QFETCH(const QString, expected);
    for (qsizetype piece = 1; piece <= bytes.size(); ++piece) QCOMPARE(parse(bytes, piece), expected);
}

void RespReaderTest::refusesBrokenBytes_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("HTTP") << QByteArray("HTTP/1.1 400 Bad Request\r\n");
    QTest::newRow("TLS alert") << QByteArray("\x15\x03\x01\x00\x02\x02\x46", 7);
    QTest::newRow("no length") << QByteArray("$x\r\n");
    QTest::newRow("negative length") << QByteArray("$-2\r\n");
    QTest::newRow("negative count") << QByteArray("*-2\r\n");
    QTest::newRow("count over 32 bits") << QByteArray("*4294967297\r\n");
    QTest::newRow("not a number") << QByteArray(":1x\r\n");
    QTest::newRow("nine levels") << QByteArray("*1\r\n").repeated(9) + ":9\r\n";
    QTest::newRow("RESP3") << QByteArray("%1\r\n+a\r\n+b\r\n");
}

void RespReaderTest::refusesBrokenBytes()
{
    QFETCH(const QByteArray, bytes);
    QCOMPARE(parse(bytes, 1), QStringLiteral("FAILED"));
    QCOMPARE(parse("+OK\r\n" + bytes, 1000), QStringLiteral("+OK FAILED"));
}

void RespReaderTest::capsAFrame()
{
    const RespLimits limits{.frameBytesMax = 1000};
    const QByteArray fits = "$980\r\n" + QByteArray(980, 'x') + "\r\n";
    for (int i = 0; i < 3; ++i)
        QVERIFY(!parse(fits + fits + fits, 100, limits).contains(QStringLiteral("FAILED")));
    QCOMPARE(parse("$2000\r\n" + QByteArray(1500, 'x'), 100, limits), QStringLiteral("FAILED"));
    // Also when all of it comes at once.
    QCOMPARE(parse("$2000\r\n" + QByteArray(2000, 'x') + "\r\n", 5000, limits), QStringLiteral("FAILED"));
    // Many small elements make a large frame as well.
    QCOMPARE(parse("*1000\r\n" + QByteArray("$2\r\nab\r\n").repeated(200), 100, limits),
             QStringLiteral("FAILED"));
}

void RespReaderTest::capsElements()
{
    const RespLimits limits{.elementsMax = 4};
    QCOMPARE(parse("*3\r\n:1\r\n:2\r\n:3\r\n*3\r\n:1\r\n:2\r\n:3\r\n", 7, limits),
             QStringLiteral("[1,2,3] [1,2,3]"));
    QCOMPARE(parse("*4\r\n:1\r\n:2\r\n:3\r\n:4\r\n", 7, limits), QStringLiteral("FAILED"));
    QCOMPARE(parse("*2\r\n*1\r\n:1\r\n*1\r\n:1\r\n", 7, limits), QStringLiteral("FAILED"));
    RespReader reader(limits);
    reader.feed("*4\r\n:1\r\n:2\r\n:3\r\n:4\r\n");
    QVERIFY(!reader.next());
    QVERIFY2(reader.failure().contains(QStringLiteral("more than 4 elements")), qPrintable(reader.failure()));
}

void RespReaderTest::allocatesWhatArrivesNotWhatIsAnnounced()
{
    RespReader reader({.elementsMax = std::numeric_limits<qsizetype>::max()});
    // Seven arrays of two thousand million elements each, announced in a hundred bytes: 800 GB if it were
    // believed.
    reader.feed(QByteArray("*2147483647\r\n").repeated(7));
    QVERIFY(!reader.next());
    QVERIFY2(reader.failure().isEmpty(), qPrintable(reader.failure()));
}

void RespReaderTest::refusesALineWithoutEnd()
{
    for (const char *start : {"+", "-", ":", "$", "*"})
        QCOMPARE(parse(start + QByteArray(200'000, '1'), 16 * 1024), QStringLiteral("FAILED"));
    const QByteArray longLine = '+' + QByteArray(60'000, 'x') + "\r\n";
    QCOMPARE(parse(longLine, 1000).size(), 60'001);
}

void RespReaderTest::staysFailed()
{
    RespReader reader({});
    reader.feed("?");
    QVERIFY(!reader.next());
    reader.feed("+OK\r\n");
    QVERIFY(!reader.next());
    QVERIFY(!reader.failure().isEmpty());
}

void RespReaderTest::readsWhatTheWriterWrites()
{
    RespWriter writer;
    writer.append({"SET", QByteArray(), QByteArray("\0\r\n$5", 5), QByteArray(100'000, 'x')});
    writer.appendScript("EVALSHA", "abc", {"k1", "k2"}, {"v"});
    RespReader reader({});
    reader.feed(writer.take());
    const Reply first = reader.next()->reply;
    QCOMPARE(first.size(), size_t{4});
    QCOMPARE(first.at(1).text, QByteArray());
    QCOMPARE(first.at(2).text, QByteArray("\0\r\n$5", 5));
    QCOMPARE(first.at(3).text.size(), 100'000);
    QCOMPARE(shown(reader.next()->reply), QStringLiteral("['EVALSHA','abc','2','k1','k2','v']"));
    QVERIFY(!reader.next() && reader.failure().isEmpty());
    QVERIFY(writer.isEmpty());
}

QTEST_GUILESS_MAIN(RespReaderTest)
#include "resp_reader_test.moc"
