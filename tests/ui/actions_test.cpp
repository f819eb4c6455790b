#include "ui/actions/actions.h"
#include "ui/theme/theme.h"

#include <QHBoxLayout>
#include <QMap>
#include <QTest>
#include <QWidget>

using namespace signalbox;
using namespace signalbox::ui;
using namespace Qt::StringLiterals;

class ActionsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyActionSaysWhatItDoes();
    void noTwoActionsShareAShortcut();
    void lowerCaseKeysAreSafe();
    void anActionThatCannotBeDoneSaysWhy();
    void theVisiblePageDoesIt();
    void aRefusedActionIsNotDone();
    void aBindingEndsWithItsPage();

private:
    Theme m_theme{Theme::Choice::Light};
    ActionRegistry m_actions{consoleActions()};
};

void ActionsTest::everyActionSaysWhatItDoes()
{
    QVERIFY(m_actions.actions().size() > 30);
    QSet<QString> texts;
    for (const QAction *action : m_actions.actions()) {
        const QString text = ActionRegistry::plainText(action);
        QVERIFY2(!text.isEmpty() && !text.contains(u'&'), qPrintable(action->objectName()));
        QVERIFY2(!texts.contains(text), qPrintable(text)); // one would not know them apart in the palette
        texts.insert(text);
        QVERIFY2(!action->toolTip().isEmpty(), qPrintable(action->objectName()));
        QVERIFY2(!action->whatsThis().isEmpty(), qPrintable(action->objectName()));
        const QString iconName = QString::fromLatin1(m_actions.specOf(action).icon);
        QVERIFY2(iconName.isEmpty() || !action->icon().isNull(), qPrintable(action->objectName()));
    }
}

void ActionsTest::noTwoActionsShareAShortcut()
{
    QMap<QString, QString> byKey;
    for (const QAction *action : m_actions.actions()) {
        const QString key = action->shortcut().toString();
        const QString wanted = QString::fromLatin1(m_actions.specOf(action).key);
        QCOMPARE(key.isEmpty(), wanted.isEmpty()); // a text that Qt cannot read would be no shortcut at all
        if (key.isEmpty()) continue;
        QVERIFY2(!byKey.contains(key),
                 qPrintable(u"%1: %2 and %3"_s.arg(key, action->objectName(), byKey.value(key))));
        byKey.insert(key, action->objectName());
        QVERIFY2(key != "J"_L1 && key != "K"_L1, "j and k move in tables");
    }
}

void ActionsTest::lowerCaseKeysAreSafe()
{
    for (const ActionSpec &spec : consoleActions()) {
        const QString key = QString::fromLatin1(spec.key);
        if (spec.isDangerous) QVERIFY2(key.isEmpty() || key.startsWith("Shift+"_L1), spec.id);
        if (spec.isDangerous) QVERIFY2(spec.writes, spec.id);
    }
}

void ActionsTest::anActionThatCannotBeDoneSaysWhy()
{
    for (const QAction *action : m_actions.actions()) { // nothing is bound here
        QVERIFY(!action->isEnabled());
        QVERIFY2(!action->statusTip().isEmpty(), qPrintable(action->objectName()));
        QVERIFY(action->toolTip().contains(action->statusTip()));
    }
}

void ActionsTest::theVisiblePageDoesIt()
{
    QWidget window;
    auto *jobs = new QWidget(&window);
    auto *dead = new QWidget(&window);
    QStringList done;
    m_actions.bind(action::requeue, jobs, [&] { done.append(u"jobs"_s); });
    m_actions.bind(
        action::requeue, dead, [&] { done.append(u"dead"_s); },
        [] {
            return ActionState{u"Requeue 3 jobs"_s, {}};
        });
    jobs->hide();
    window.show();
    m_actions.refresh();
    QAction *requeue = m_actions.action(action::requeue);
    QVERIFY(requeue->isEnabled());
    QCOMPARE(requeue->text(), u"Requeue 3 jobs"_s);
    requeue->trigger();
    jobs->show();
    dead->hide();
    m_actions.refresh();
    requeue->trigger();
    QCOMPARE(done, (QStringList{u"dead"_s, u"jobs"_s}));
}

void ActionsTest::aRefusedActionIsNotDone()
{
    QWidget window;
    window.show();
    int done = 0;
    QString reason;
    m_actions.bind(
        action::purgeQueue, &window, [&] { ++done; },
        [&] {
            return ActionState{{}, reason};
        });
    QAction *purge = m_actions.action(action::purgeQueue);
    QVERIFY(purge->isEnabled());
    reason = u"It holds nothing."_s; // since the last look, and nobody has refreshed yet
    purge->trigger();
    QCOMPARE(done, 0);
    QVERIFY(!purge->isEnabled());
    QCOMPARE(purge->statusTip(), reason);
}

void ActionsTest::aBindingEndsWithItsPage()
{
    int done = 0;
    {
        QWidget window;
        window.show();
        m_actions.bind(action::pauseQueue, &window, [&] { ++done; });
        QVERIFY(m_actions.action(action::pauseQueue)->isEnabled());
    }
    m_actions.action(action::pauseQueue)->trigger();
    m_actions.refresh();
    QCOMPARE(done, 0);
    QVERIFY(!m_actions.action(action::pauseQueue)->isEnabled());
}

QTEST_MAIN(ActionsTest)
#include "actions_test.moc"
