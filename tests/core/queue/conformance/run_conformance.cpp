#include "tests/core/queue/conformance/cases.h"

#include <QCoreApplication>
#include <QTest>

namespace signalbox::test {

void Cases::init()
{
    m_backend = m_make();
    m_queue = std::make_unique<TestQueue>(*m_backend);
}

void Cases::cleanup()
{
    m_queue.reset();
    m_backend->verifyInvariants();
    m_backend.reset();
}

int runConformance(int argc, char **argv, const BackendFactory &make)
{
    const QCoreApplication app(argc, argv);
    SeedCases seed(make);
    OrderCases order(make);
    SubmitCases submit(make);
    LeaseCases lease(make);
    OutcomeCases outcome(make);
    OperatorCases operators(make);
    RetentionCases retention(make);
    ViewCases view(make);
    MetricsCases metrics(make);
    EventCases event(make);
    // A fatal message ends the program at once; Qt's handler would wait for a debugger.
    const QStringList arguments = QCoreApplication::arguments() << QStringLiteral("-nocrashhandler");
    int failures = 0;
    for (QObject *cases : std::initializer_list<QObject *>{&seed, &order, &submit, &lease, &outcome,
                                                           &operators, &retention, &view, &metrics, &event})
        failures += QTest::qExec(cases, arguments);
    return failures;
}

} // namespace signalbox::test
