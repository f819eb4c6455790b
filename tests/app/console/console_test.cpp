#include "app/console/console.h"
#include "app/console/console_options.h"
#include "app/console/waiting_window.h"
#include "tests/support/test_server.h"
#include "ui/parts/notice.h"
#include "ui/window/status_line.h"

#include <QApplication>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

using namespace signalbox;
using namespace signalbox::console;
using namespace Qt::StringLiterals;

namespace {

std::variant<ConsoleOptions, ConsoleEnd> parse(QStringList arguments)
{
    return parseOptions(QStringList{u"signalbox"_s} + arguments);
}

template <typename Window> Window *shownWindow()
{
    for (QWidget *widget : QApplication::topLevelWidgets()) {
        auto *window = qobject_cast<Window *>(widget);
        if (window != nullptr && window->isVisible()) return window;
    }
    return nullptr;
}

ui::Notice *noticeOf(WaitingWindow *window)
{
    return window == nullptr ? nullptr : window->findChild<ui::Notice *>();
}

ConsoleOptions optionsFor(const QString &url)
{
    ConsoleOptions options;
    options.settings.insert(u"queue.redis_url"_s, url);
    return options;
}

} // namespace

class ConsoleTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void optionsBecomeSettings();
    void wrongOptionsSayWhy_data();
    void wrongOptionsSayWhy();
    void helpAndVersionGoToStdout();
    void optionsOfTheToolkitArePassedOver();
    void anUnreachableServerIsSaidAndTriedAgain();
    void aWrongSettingIsSaid();
    void theWindowOpensAndEnds();

private:
    QTemporaryDir m_home;
    ui::Theme m_theme{ui::Theme::Choice::Light};
};

void ConsoleTest::initTestCase()
{
    QVERIFY(m_home.isValid());
    qputenv("XDG_CONFIG_HOME", m_home.path().toLocal8Bit()); // nobody's settings, and none of ours kept
    qunsetenv("REDIS_URL");
}

void ConsoleTest::optionsBecomeSettings()
{
    const auto parsed = parse({u"--redis"_s, u"redis://h:1/2"_s, u"-s"_s, u"workers.count=3"_s, u"--theme"_s,
                               u"dark"_s, u"--page"_s, u"jobs"_s});
    const auto *options = std::get_if<ConsoleOptions>(&parsed);
    QVERIFY(options != nullptr);
    QCOMPARE(options->settings.value(u"queue.redis_url"_s), u"redis://h:1/2"_s);
    QCOMPARE(options->settings.value(u"workers.count"_s), u"3"_s);
    QCOMPARE(options->theme, ui::Theme::Choice::Dark);
    QCOMPARE(options->page, u"jobs"_s);
}

void ConsoleTest::wrongOptionsSayWhy_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QString>("word");
    QTest::newRow("unknown") << QStringList{u"--colour"_s} << u"colour"_s;
    QTest::newRow("no value") << QStringList{u"--set"_s, u"workers.count"_s} << u"workers.count"_s;
    QTest::newRow("theme") << QStringList{u"--theme"_s, u"pink"_s} << u"pink"_s;
    QTest::newRow("page") << QStringList{u"--page"_s, u"nowhere"_s} << u"nowhere"_s;
    QTest::newRow("positional") << QStringList{u"jobs"_s} << u"jobs"_s;
}

void ConsoleTest::wrongOptionsSayWhy()
{
    QFETCH(const QStringList, arguments);
    QFETCH(const QString, word);
    const auto parsed = parse(arguments);
    const auto *end = std::get_if<ConsoleEnd>(&parsed);
    QVERIFY(end != nullptr);
    QVERIFY(end->exitCode != 0);
    QVERIFY2(end->text.contains(word), qPrintable(end->text));
}

void ConsoleTest::helpAndVersionGoToStdout()
{
    for (const QString &option : {u"--help"_s, u"--version"_s}) {
        const auto parsed = parse({option});
        const auto *end = std::get_if<ConsoleEnd>(&parsed);
        QVERIFY(end != nullptr);
        QCOMPARE(end->exitCode, 0);
        QVERIFY(!end->text.isEmpty());
    }
}

void ConsoleTest::optionsOfTheToolkitArePassedOver()
{
    const auto parsed = parse({u"-platform"_s, u"offscreen"_s, u"-style=fusion"_s, u"--reverse"_s,
                               u"--page"_s, u"dead"_s, u"-geometry"_s, u"800x600"_s});
    const auto *options = std::get_if<ConsoleOptions>(&parsed);
    QVERIFY2(options != nullptr, "they are taken for ours");
    QCOMPARE(options->page, u"dead"_s);
}

void ConsoleTest::anUnreachableServerIsSaidAndTriedAgain()
{
    test::TestServer server;
    server.stop();
    Console console(optionsFor(server.urlText()), m_theme);
    console.start();
    QTRY_VERIFY_WITH_TIMEOUT(shownWindow<WaitingWindow>() != nullptr, 20'000);
    QTRY_COMPARE_WITH_TIMEOUT(noticeOf(shownWindow<WaitingWindow>())->kind(), ui::Notice::Kind::Failed,
                              20'000);
    QVERIFY(!noticeOf(shownWindow<WaitingWindow>())->title().isEmpty());
    server.start();
    Q_EMIT noticeOf(shownWindow<WaitingWindow>())->tryAgain();
    QTRY_VERIFY_WITH_TIMEOUT(shownWindow<ui::MainWindow>() != nullptr, 20'000);
    QTRY_VERIFY(shownWindow<WaitingWindow>() == nullptr);
}

void ConsoleTest::aWrongSettingIsSaid()
{
    ConsoleOptions options;
    options.settings.insert(u"workers.count"_s, u"many"_s);
    Console console(options, m_theme);
    console.start();
    QTRY_VERIFY(shownWindow<WaitingWindow>() != nullptr);
    ui::Notice *notice = noticeOf(shownWindow<WaitingWindow>());
    QCOMPARE(notice->kind(), ui::Notice::Kind::Failed);
    QVERIFY2(notice->title().contains("workers.count"_L1), qPrintable(notice->title()));
}

void ConsoleTest::theWindowOpensAndEnds()
{
    const test::TestServer server;
    ConsoleOptions options = optionsFor(server.urlText());
    options.page = u"workers"_s;
    Console console(options, m_theme);
    console.start();
    QTRY_VERIFY_WITH_TIMEOUT(shownWindow<ui::MainWindow>() != nullptr, 20'000);
    auto *window = shownWindow<ui::MainWindow>();
    QCOMPARE(window->currentPage(), u"workers"_s);
    QTRY_VERIFY(window->status()->text().contains("Connected"_L1));
    QTRY_VERIFY(window->live().hasFigures());
    console.end();
    QTRY_VERIFY(shownWindow<ui::MainWindow>() == nullptr);
    test::RawRedis redis(server.socketPath());
    // The connections are gone: ours here is the only one left.
    QTRY_VERIFY(redis.command({"CLIENT", "LIST"}).text.count('\n') == 1);
}

QTEST_MAIN(ConsoleTest)
#include "console_test.moc"
