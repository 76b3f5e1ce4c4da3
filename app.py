"""Assembly: every feature's entry points, registered with Chalice. No logic."""

from __future__ import annotations

from chalicelib.access import routes as access_routes
from chalicelib.access_requests import routes as access_requests_routes
from chalicelib.cases import events as cases_events
from chalicelib.evaluation import events as evaluation_events
from chalicelib.followup import routes_cases, routes_months, routes_trying
from chalicelib.followup import routes_leader as followup_leader
from chalicelib.governance import routes as governance_routes
from chalicelib.kpi import events as kpi_events
from chalicelib.kpi import routes as kpi_routes
from chalicelib.mail import events as mail_events
from chalicelib.membership import events as membership_events
from chalicelib.membership import routes_contact, routes_member, routes_public, routes_staff
from chalicelib.partners import events as partners_events
from chalicelib.partners import routes_evaluation, routes_keys, routes_webhooks
from chalicelib.partners import routes_staff as partners_routes
from chalicelib.partners.api import routes as partners_api
from chalicelib.partners.knowledge import routes as knowledge_routes
from chalicelib.retention import events as retention_events
from chalicelib.runtime.chalice_app import BackOffice
from chalicelib.site import routes as site_routes
from chalicelib.webhooks import events as webhooks_events

app = BackOffice()
app.register_blueprint(site_routes.bp)
app.register_blueprint(access_routes.bp)
app.register_blueprint(governance_routes.bp)
app.register_blueprint(routes_public.bp)
app.register_blueprint(routes_contact.bp)
app.register_blueprint(routes_staff.bp)
app.register_blueprint(routes_member.bp)
app.register_blueprint(membership_events.bp)
app.register_blueprint(partners_routes.bp)
app.register_blueprint(routes_keys.bp)
app.register_blueprint(routes_evaluation.bp)
app.register_blueprint(partners_api.bp)
app.register_blueprint(knowledge_routes.bp)
app.register_blueprint(partners_events.bp)
app.register_blueprint(kpi_events.bp)
app.register_blueprint(kpi_routes.bp)
app.register_blueprint(evaluation_events.bp)
app.register_blueprint(followup_leader.bp)
app.register_blueprint(routes_months.bp)
app.register_blueprint(cases_events.bp)
app.register_blueprint(routes_cases.bp)
app.register_blueprint(routes_trying.bp)
app.register_blueprint(access_requests_routes.bp)
app.register_blueprint(mail_events.bp)
app.register_blueprint(routes_webhooks.bp)
app.register_blueprint(webhooks_events.bp)
app.register_blueprint(retention_events.bp)
